// The steps of the token: exchanged, verified without and with the server, refreshed.
#include "server/cli/demo_steps.hpp"
#include "server/cli/verify_offline.hpp"
#include "server/rules/time_text.hpp"

#include <boost/json/array.hpp>

namespace cli {

namespace {

constexpr std::string_view bug_report = "this looks like a bug of the server; please report it";

std::string time_member(boost::json::object const& answer, std::string_view name)
{
    auto const text = text_member(answer, name);
    auto const time = rules::parse_time(text);
    return time ? rules::time_words(*time) : text;
}

// The last character of the payload changed: another claim, the old signature.
std::string tampered(std::string token)
{
    auto& letter = token.at(token.rfind('.') - 1);
    letter = letter == 'A' ? 'B' : 'A';
    return token;
}

void tell_claims(Walk& walk, boost::json::object const& claims)
{
    std::string scopes;
    if (auto const* const scp = claims.if_contains("scp"); scp != nullptr && scp->is_array())
        for (auto const& scope : scp->get_array())
            if (scope.is_string())
                scopes += (scopes.empty() ? "" : ", ") + std::string{scope.get_string()};
    walk.note("No call is needed. The signature fits, and the token says:");
    walk.note("agent (agt)", text_member(claims, "agt"));
    walk.note("for (sub)", text_member(claims, "sub"));
    walk.note("may (scp)", scopes);
    walk.note("says (iss)", text_member(claims, "iss"));
    walk.fact_value("claims", claims);
}

} // namespace

void exchange_code(Walk& walk)
{
    walk.begin("token", "The code and the secret are exchanged for a grant token.");
    auto const token = walk.expect(
        201, "POST", "/v1/token",
        boost::json::object{
            {"code", walk.code}, {"agentId", walk.agent_id}, {"codeVerifier", walk.verifier}}
    );
    walk.grant_token = text_member(token, "grantToken");
    walk.refresh_token = text_member(token, "refreshToken");
    walk.grant_id = id_member(token, "grantId");
    walk.note("grant token", shortened(walk.grant_token) + ", which the agent shows to services.");
    walk.note("refresh token", shortened(walk.refresh_token) + ", for the next grant token.");
    walk.note("ends", time_member(token, "grantExpiresAt") + ".");
    walk.fact("grantId", walk.grant_id);
    walk.fact("grantToken", shortened(walk.grant_token));
    walk.fact("refreshToken", shortened(walk.refresh_token));
    walk.fact("grantExpiresAt", text_member(token, "grantExpiresAt"));
    walk.end();
}

void verify_without_server(Walk& walk)
{
    walk.begin("offline", "A service verifies the token offline, with the keys from step 1.");
    auto const now = std::chrono::system_clock::now();
    auto const verdict = verify_offline(walk.grant_token, walk.jwks, now);
    if (!verdict.claims)
        throw StepFailed(
            "The token does not verify: " + verdict.fault + ".",
            "is the clock of this machine right?"
        );
    auto const forged = verify_offline(tampered(walk.grant_token), walk.jwks, now);
    if (forged.claims)
        throw StepFailed("A changed token verifies as well.", std::string{bug_report});
    tell_claims(walk, *verdict.claims);
    walk.note("With one character changed it is refused: " + forged.fault + ".");
    walk.end();
}

void verify_with_server(Walk& walk)
{
    walk.begin("online", "A service that wants to know the state of this moment asks the server.");
    auto const answer = walk.expect(
        200, "POST", "/v1/tokens/verify", boost::json::object{{"token", walk.grant_token}}
    );
    if (!bool_member(answer, "valid"))
        throw StepFailed("The server calls its own fresh token invalid.", std::string{bug_report});
    walk.note("Valid, until " + time_member(answer, "expiresAt") + ".");
    walk.fact_value("valid", true);
    walk.end();
}

void refresh(Walk& walk)
{
    walk.begin("refresh", "The agent gets its next token; the old refresh token is used up.");
    boost::json::object const body{
        {"refreshToken", walk.refresh_token}, {"agentId", walk.agent_id}};
    auto const next = walk.expect(201, "POST", "/v1/token/refresh", body);
    walk.grant_token = text_member(next, "grantToken");
    auto const reused = walk.call("POST", "/v1/token/refresh", body);
    if (reused.status != 400)
        throw StepFailed(
            "The old refresh token should be refused with 400. " + message_of(reused),
            std::string{bug_report}
        );
    auto const said = text_member(object_of(reused), "message");
    walk.note("grant token", shortened(walk.grant_token) + ", a new one.");
    walk.note("refresh token", "The old one a second time: \"" + said + "\".");
    walk.fact("grantToken", shortened(walk.grant_token));
    walk.fact("refreshToken", shortened(text_member(next, "refreshToken")));
    walk.fact("reuse", said);
    walk.end();
}

} // namespace cli
