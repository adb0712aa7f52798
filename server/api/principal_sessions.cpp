#include "server/api/principal_sessions.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "server/api/check_principal.hpp"
#include "server/http/principal_session.hpp"
#include "server/rules/durations.hpp"
#include "server/rules/token_lifetimes.hpp"
#include "storage/auth_requests.hpp"
#include "storage/grants.hpp"

#include <algorithm>

namespace api {

namespace {

std::chrono::seconds read_lifetime(http::Request const& request, PrincipalSessionBody const& body)
{
    if (!body.expiresIn || body.expiresIn->empty())
        return request.app.config.session_ttl;
    auto const asked = rules::parse_duration(*body.expiresIn);
    if (!asked)
        throw http::bad_request("expiresIn must be a duration such as 30m or 2h");
    // Longer is cut, not refused (core contract).
    return std::min(*asked, request.app.config.session_max_ttl);
}

// The pending request of this developer for this principal that a consent session is for.
storage::AuthRequest find_request(http::Request& request, PrincipalSessionBody const& body)
{
    auto found = storage::find_auth_request(request.db, *body.authRequestId);
    if (!found || found->developer_id != request.caller().id ||
        found->principal_id != body.principalId || found->status != "pending" ||
        found->decide_by <= request.now)
        throw http::request_unknown();
    return std::move(*found);
}

void check_has_grants(http::Request& request, PrincipalSessionBody const& body)
{
    auto const active = storage::list_live_grants(
        request.db, request.caller().id, body.principalId, request.now, 1
    );
    if (active.empty())
        throw http::no_active_grants();
}

} // namespace

http::Created<PrincipalSessionView>
create_principal_session(http::Request& request, PrincipalSessionBody const& body)
{
    storage::PrincipalSession session;
    session.expires_at = rules::floor_to_second(request.now + read_lifetime(request, body));
    std::string link;
    if (body.authRequestId) {
        auto const auth = find_request(request, body);
        // The request's own secret is stored hashed and cannot be shown again.
        auto const secret = crypto::random_token();
        link = request.app.config.public_base_url + "/consent?req=" + auth.id + "&k=" + secret;
        session.link_hash = crypto::hex(crypto::sha256(secret));
        session.auth_request_id = auth.id;
        session.expires_at = std::min(session.expires_at, rules::floor_to_second(auth.decide_by));
    }
    check_principal(request, request.caller().id, body.principalId);
    if (!body.authRequestId)
        check_has_grants(request, body);
    session.jti = request.next_id("ses");
    session.developer_id = request.caller().id;
    session.principal_id = body.principalId;
    storage::insert_principal_session(request.db, session);

    auto const token = http::session_token(request.app, session, request.now);
    auto const& base = request.app.config.public_base_url;
    PrincipalSessionView view{
        .sessionToken = token,
        .dashboardUrl = {.prefix = base + "/permissions#session=", .input = token.input},
        .consentUrl = {},
        .expiresAt = session.expires_at};
    if (session.auth_request_id)
        view.consentUrl =
            http::UnsignedTokenLink{.prefix = link + "#session=", .input = token.input};
    return {std::move(view)};
}

} // namespace api
