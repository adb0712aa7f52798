#include "server/api/docs.hpp"

#include "server/api/docs_page.hpp"
#include "server/http/openapi.hpp"
#include "server/http/routes.hpp"

#include <boost/json/serialize.hpp>

namespace api {

namespace {

// What depends on nothing but the server's address is made when it is first asked for, and kept.
class Kept
{
public:
    template<class Make> std::string const& get(std::string const& base_url, Make make)
    {
        if (text_.empty() || base_url_ != base_url) {
            text_ = make(base_url);
            base_url_ = base_url;
        }
        return text_;
    }

private:
    std::string base_url_;
    std::string text_;
};

} // namespace

http::Document get_openapi(http::Request& request)
{
    static Kept kept;
    auto const make = [](std::string const& base_url) {
        return boost::json::serialize(http::openapi_document(http::routes(), base_url));
    };
    return {
        .content_type = "application/json; charset=utf-8",
        .body = kept.get(request.app.config.public_base_url, make),
        .headers = {
            {"Cache-Control", "public, max-age=300"}, {"Access-Control-Allow-Origin", "*"}}};
}

http::HtmlPage get_docs(http::Request& request)
{
    static Kept kept;
    auto const make = [](std::string const& base_url) { return web::render(docs_page(base_url)); };
    return {
        .html = kept.get(request.app.config.public_base_url, make),
        .headers = {
            {"Cache-Control", "public, max-age=300"},
            {"Content-Security-Policy",
             "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; "
             "frame-ancestors 'none'; base-uri 'none'"},
            {"Referrer-Policy", "no-referrer"},
            {"Cross-Origin-Opener-Policy", "same-origin"}}};
}

} // namespace api
