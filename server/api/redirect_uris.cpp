#include "server/api/redirect_uris.hpp"

#include "server/http/error.hpp"
#include "server/rules/redirect_uri.hpp"

namespace api {

std::vector<std::string> read_redirect_uris(http::Request const& request, RedirectUris const& uris)
{
    rules::RedirectUriRules const uri_rules{
        .live = request.caller().mode == "live",
        .allow_loopback_http = request.app.config.allow_loopback_redirects};
    for (std::size_t i = 0; i < uris.size(); ++i)
        if (auto const fault = rules::redirect_uri_fault(uris[i], uri_rules))
            throw http::bad_request("allowedRedirectUris[" + std::to_string(i) + "]: " + *fault);
    return uris.strings();
}

} // namespace api
