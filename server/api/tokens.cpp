#include "server/api/tokens.hpp"

#include "server/api/check_token.hpp"
#include "server/api/metering.hpp"
#include "server/api/note_signals.hpp"

namespace api {

VerifyTokenView verify_token(http::Request& request, VerifyBody const& body)
{
    count_verification(request);
    auto const checked = check_token(request, body.token);
    VerifyTokenView view;
    if (checked.verdict != TokenVerdict::good)
        return view;
    note_location(request, checked.state.agent_id, checked.state.grant_id);
    view.valid = true;
    view.grantId = checked.state.grant_id;
    view.scopes = checked.scopes;
    view.principal = std::string{checked.jwt->claims.at("sub").as_string()};
    view.agent = std::string{checked.jwt->claims.at("agt").as_string()};
    view.expiresAt = checked.expires_at;
    return view;
}

// The grant, its other tokens and its refresh token stay usable.
http::NoContent revoke_token(http::Request& request, RevokeTokenBody const& body)
{
    if (!storage::revoke_token(request.db, request.caller().id, body.jti, request.now))
        throw http::not_found_or_revoked("Token");
    return {};
}

} // namespace api
