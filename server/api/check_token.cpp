#include "server/api/check_token.hpp"

#include "server/api/agents.hpp"
#include "server/api/note_signals.hpp"
#include "storage/agents.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>

namespace api {

namespace {

// Tokens of /oauth/token are at+jwt (RFC 9068); a principal session has a typ of its own.
constexpr std::array<std::string_view, 2> grant_token_types{"JWT", "at+jwt"};

std::optional<std::string_view> text_claim(boost::json::object const& claims, std::string_view name)
{
    auto const* const value = claims.if_contains(name);
    if (value == nullptr || !value->is_string() || value->get_string().empty())
        return {};
    return std::string_view{value->get_string().data(), value->get_string().size()};
}

std::optional<std::int64_t> time_claim(boost::json::object const& claims, std::string_view name)
{
    auto const* const value = claims.if_contains(name);
    if (value == nullptr || !value->is_int64() || value->get_int64() < 0 ||
        value->get_int64() > 253'402'300'799) // year 9999
        return {};
    return value->get_int64();
}

std::optional<std::vector<std::string>> scopes_claim(boost::json::object const& claims)
{
    auto const* const value = claims.if_contains("scp");
    if (value == nullptr || !value->is_array())
        return {};
    std::vector<std::string> scopes;
    for (auto const& scope : value->get_array()) {
        if (!scope.is_string())
            return {};
        scopes.emplace_back(scope.get_string());
    }
    return scopes;
}

// iss, types of the required claims, and the time before which the token does not count. False:
// nothing of it can be believed.
bool claims_are_sound(http::Request const& request, CheckedToken& checked)
{
    auto const& claims = checked.jwt->claims;
    for (auto const* const name : {"sub", "agt", "dev", "jti", "grnt"})
        if (!text_claim(claims, name))
            return false;
    auto scopes = scopes_claim(claims);
    auto const expires = time_claim(claims, "exp");
    if (!scopes || !expires || !time_claim(claims, "iat") || claims.contains("purpose"))
        return false;
    if (text_claim(claims, "iss") != request.app.config.public_base_url)
        return false;
    if (claims.contains("nbf")) { // we never issue one, but RFC 7519 4.1.5 binds whoever reads it
        auto const not_before = time_claim(claims, "nbf");
        if (!not_before || storage::Timestamp{std::chrono::seconds{*not_before}} > request.now)
            return false;
    }
    checked.scopes = std::move(*scopes);
    checked.expires_at = storage::Timestamp{std::chrono::seconds{*expires}};
    return true;
}

// Whether the token says what its grant says. Ours do; another could only come from whoever holds
// both a stolen signing key and the jti of a token that exists.
bool says_what_was_granted(CheckedToken const& checked, storage::TokenState const& state)
{
    auto const& claims = checked.jwt->claims;
    auto const is_granted = [&](std::string const& scope) {
        return std::ranges::find(state.grant_scopes, scope) != state.grant_scopes.end();
    };
    return state.grant_id == text_claim(claims, "grnt") &&
           state.principal_id == text_claim(claims, "sub") &&
           agent_did(state.agent_id) == text_claim(claims, "agt") &&
           std::ranges::all_of(checked.scopes, is_granted);
}

TokenVerdict judge(http::Request& request, CheckedToken& checked)
{
    if (!claims_are_sound(request, checked))
        return TokenVerdict::malformed;
    if (checked.expires_at <= request.now)
        return TokenVerdict::expired;
    if (text_claim(checked.jwt->claims, "dev") != request.caller().id)
        return TokenVerdict::wrong_developer;
    // A stolen signing key alone must not make tokens that count here (S-009).
    auto const jti = *text_claim(checked.jwt->claims, "jti");
    auto const state = storage::find_token_state(request.db, jti);
    if (!state || state->developer_id != request.caller().id ||
        !says_what_was_granted(checked, *state))
        return TokenVerdict::not_found;
    checked.state = *state;
    if (state->token_revoked || state->grant_status != "active")
        return TokenVerdict::revoked;
    if (state->grant_expires_at <= request.now)
        return TokenVerdict::expired;
    return state->agent_status == "active" ? TokenVerdict::good : TokenVerdict::agent_inactive;
}

// Only of tokens that are refused, so that the others pay nothing. A suspended agent is known.
void note_agent_if_unknown(http::Request& request, CheckedToken const& checked)
{
    if (checked.verdict != TokenVerdict::not_found && checked.verdict != TokenVerdict::revoked &&
        checked.verdict != TokenVerdict::agent_inactive)
        return;
    auto const did = *text_claim(checked.jwt->claims, "agt");
    auto const id = did.substr(did.rfind(':') + 1);
    if (did != agent_did(id) || !storage::find_agent(request.db, request.caller().id, id))
        note_unknown_agent(request, request.caller().id, did);
}

} // namespace

CheckedToken check_token(http::Request& request, std::string_view token)
{
    CheckedToken checked;
    checked.jwt = request.app.keys.verify(token, grant_token_types);
    if (!checked.jwt)
        return checked;
    checked.verdict = judge(request, checked);
    note_agent_if_unknown(request, checked);
    return checked;
}

} // namespace api
