#include "server/api/docs.hpp"

#include "server/http/openapi.hpp"
#include "server/http/routes.hpp"

#include <boost/json/serialize.hpp>

namespace api {

namespace {

// A text that depends on nothing but the server's address, made when it is first asked for.
std::string const& openapi_text(std::string const& base_url)
{
    static std::pair<std::string, std::string> kept;
    if (kept.second.empty() || kept.first != base_url)
        kept = {base_url, boost::json::serialize(http::openapi_document(http::routes(), base_url))};
    return kept.second;
}

} // namespace

http::Document get_openapi(http::Request& request)
{
    return {
        .content_type = "application/json; charset=utf-8",
        .body = openapi_text(request.app.config.public_base_url),
        .headers = {
            {"Cache-Control", "public, max-age=300"}, {"Access-Control-Allow-Origin", "*"}}};
}

} // namespace api
