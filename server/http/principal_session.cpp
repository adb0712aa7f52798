#include "server/http/principal_session.hpp"

#include "crypto/jwt.hpp"
#include "server/app.hpp"
#include "server/http/write_view.hpp"
#include "server/rules/time_text.hpp"

#include <boost/describe/class.hpp>
#include <boost/json/value.hpp>

#include <array>

namespace http {

namespace {

constexpr std::string_view session_type = "principal-session+jwt";

struct SessionClaims
{
    std::string iss;
    std::string sub;
    std::string dev;
    std::string purpose;
    std::string aud;
    std::optional<std::string> areq;
    std::string jti;
    std::int64_t iat = 0;
    std::int64_t exp = 0;
};
BOOST_DESCRIBE_STRUCT(SessionClaims, (), (iss, sub, dev, purpose, aud, areq, jti, iat, exp))

std::string_view purpose_of(bool consent)
{
    return consent ? "principal_consent" : "principal_dashboard";
}

std::string_view audience_of(bool consent)
{
    return consent ? "grantex:principal-consent" : "grantex:principal-dashboard";
}

bool has_text(boost::json::object const& claims, std::string_view name, std::string_view expected)
{
    auto const* const value = claims.if_contains({name.data(), name.size()});
    return value != nullptr && value->is_string() &&
           std::string_view{value->get_string()} == expected;
}

} // namespace

UnsignedToken session_token(
    server::App const& app, storage::PrincipalSession const& session, storage::Timestamp now
)
{
    auto const consent = session.auth_request_id.has_value();
    SessionClaims const claims{
        .iss = app.config.public_base_url,
        .sub = session.principal_id,
        .dev = session.developer_id,
        .purpose = std::string{purpose_of(consent)},
        .aud = std::string{audience_of(consent)},
        .areq = session.auth_request_id,
        .jti = session.jti,
        .iat = rules::whole_seconds(now),
        .exp = rules::whole_seconds(session.expires_at)};
    return {
        crypto::signing_input(session_type, app.keys.signing(now)->kid(), write_view(claims).text)};
}

std::optional<storage::PrincipalSession> find_session(
    server::App const& app, storage::Database& db, std::string_view token, bool consent,
    storage::Timestamp now
)
{
    static constexpr std::array types{session_type};
    auto const verified = crypto::verify_jwt(token, app.keys.verifying(), types);
    // Without a typ it could be a grant token: RFC 8725 3.11 asks for explicit types.
    if (!verified || verified->typ.empty())
        return {};
    auto const& claims = verified->claims;
    if (!has_text(claims, "iss", app.config.public_base_url) ||
        !has_text(claims, "purpose", purpose_of(consent)) ||
        !has_text(claims, "aud", audience_of(consent)))
        return {};
    auto const* const jti = claims.if_contains("jti");
    if (jti == nullptr || !jti->is_string())
        return {};
    auto session = storage::find_principal_session(db, jti->get_string());
    if (!session || session->ended_at || session->expires_at <= now ||
        !has_text(claims, "dev", session->developer_id) ||
        !has_text(claims, "sub", session->principal_id))
        return {};
    return session;
}

} // namespace http
