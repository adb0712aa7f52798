#include "server/api/page_security.hpp"

#include "server/rules/redirect_uri.hpp"

namespace api {

namespace {

// Fetch, "append a request Origin header": under Referrer-Policy no-referrer, which keeps the
// link's secret out of the Referer, a form is sent with `Origin: null`, as one in a sandboxed frame
// would be. Sec-Fetch-Site, which no page can set, tells them apart.
bool is_own_form(http::Message const& message)
{
    return message.header("origin") == "null" && message.header("sec-fetch-site") == "same-origin";
}

} // namespace

http::Headers page_headers(std::string const& redirect_origin)
{
    auto const form_action = redirect_origin.empty() ? "'self'" : "'self' " + redirect_origin;
    return {
        {"Content-Security-Policy",
         "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
         "form-action " +
             form_action + "; frame-ancestors 'none'; base-uri 'none'"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"}};
}

bool is_same_site(http::Request const& request)
{
    auto const& message = request.message;
    auto const own = rules::redirect_origin(request.app.config.public_base_url);
    if (message.has_header("origin") && message.header("origin") != own && !is_own_form(message))
        return false;
    return !message.has_header("sec-fetch-site") ||
           message.header("sec-fetch-site") == "same-origin";
}

std::string permissions_host(http::Request const& request)
{
    auto const& base = request.app.config.public_base_url;
    return base.substr(base.find("://") + 3) + "/permissions";
}

} // namespace api
