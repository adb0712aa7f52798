#include "server/api/system.hpp"

#include "web/pages.hpp"

#include <SQLiteCpp/Exception.h>

namespace api {

namespace {

bool database_answers(storage::Database& db)
{
    try {
        return db.find<int>("SELECT 1").has_value();
    } catch (SQLite::Exception const&) {
        return false; // the answer says so: 503
    }
}

} // namespace

// A server whose disk is full goes on verifying, so that whoever asks before sending it requests
// must still send them: 200, with what is wrong.
HealthAnswer get_health(http::Request& request)
{
    auto const answers = database_answers(request.db);
    auto const well = answers && !request.app.refuses_writes;
    return {{well ? "healthy" : "degraded", well ? "ok" : "error"}, answers ? 200U : 503U};
}

http::DocumentOf<JwksView> get_jwks(http::Request& request)
{
    return {
        {.content_type = "application/json; charset=utf-8",
         .body = request.app.keys.jwks(),
         .headers = {
             {"Cache-Control", "public, max-age=300"}, {"Access-Control-Allow-Origin", "*"}}}};
}

http::Document get_asset(http::Request& request)
{
    auto const asset = web::find_asset(request.path("name"));
    if (!asset)
        throw http::unknown_path();
    // The version is part of the URL, so what it names never changes.
    auto const current = request.path("version") == web::asset_version();
    return {
        .content_type = std::string{asset->content_type},
        .body = std::string{asset->text},
        .headers = {
            {"Cache-Control", current ? "public, max-age=31536000, immutable" : "no-store"},
            {"Cross-Origin-Resource-Policy", "same-origin"}}};
}

} // namespace api
