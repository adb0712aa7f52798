// The steps up to the code: an agent asks, a person decides.
#include "crypto/base64url.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "server/cli/demo_steps.hpp"
#include "server/cli/open_browser.hpp"
#include "server/cli/redirect_listener.hpp"
#include "server/rules/durations.hpp"
#include "server/rules/scopes.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace cli {

namespace {

boost::json::object authorization(Walk const& walk)
{
    return {
        {"agentId", walk.agent_id},
        {"principalId", "demo-person"},
        {"scopes", boost::json::array{delegated_scope, kept_scope}},
        {"expiresIn", "1h"},
        // RFC 7636 4.2
        {"codeChallenge", crypto::encode_base64url(crypto::sha256(walk.verifier))},
        {"codeChallengeMethod", "S256"}};
}

void tell_what_is_asked(Walk& walk, boost::json::object const& request)
{
    for (auto const scope : {delegated_scope, kept_scope})
        walk.note(std::string{scope}, rules::describe_scope(scope).sentence + ".");
    walk.note("All this for 1 hour. Only the hash of a secret goes along now (PKCE); the secret "
              "follows with the code, so a stolen code alone is worth nothing.");
    walk.fact("authRequestId", id_member(request, "authRequestId"));
    walk.fact_value("scopes", boost::json::array{delegated_scope, kept_scope});
}

// The terminal and the browser get it: nothing but a URL of the web may pass.
std::string consent_link(boost::json::object const& request)
{
    auto link = text_member(request, "consentUrl");
    auto const visible = [](char c) { return c > ' ' && c < '\x7f'; };
    if ((!link.starts_with("http://") && !link.starts_with("https://")) ||
        !std::ranges::all_of(link, visible))
        throw StepFailed("The consent link of the server is not a web address.", "");
    return link;
}

BrowserReturn wait_for_person(Walk& walk, RedirectListener& listener, std::string const& link)
{
    auto const opened = walk.plan.open_browser && open_browser(link);
    walk.note(
        opened ? "Your browser opens this page; decide there:" : "Open this page and decide:"
    );
    walk.note(link);
    walk.fact("consentUrl", link);
    walk.end();
    walk.narrator.say("");
    walk.narrator.say(
        "Waiting up to " + rules::duration_words(walk.plan.patience) +
        " for your decision (Ctrl-C stops) ..."
    );
    return listener.wait(walk.plan.patience);
}

std::string code_from_person(Walk& walk, BrowserReturn decision)
{
    switch (decision.kind) {
    case ReturnKind::allowed:
        break;
    case ReturnKind::refused:
        throw StepFailed(
            "You did not allow it, so nothing was given: no grant, no token. The agent only learns "
            "that you refused.",
            "`grantexd demo` again, to see what happens when you allow it"
        );
    case ReturnKind::timed_out:
        throw StepFailed(
            "Nobody decided within " + rules::duration_words(walk.plan.patience) +
                ". Nothing was given.",
            "--timeout SECONDS for more time, or --yes, which asks nobody"
        );
    case ReturnKind::interrupted:
        throw StepFailed("You stopped it before deciding. Nothing was given.", "");
    }
    return std::move(decision.code);
}

void ask_person(Walk& walk)
{
    auto const state = crypto::random_token();
    RedirectListener listener{state};
    auto body = authorization(walk);
    body["redirectUri"] = listener.uri();
    body["state"] = state;
    auto const request = walk.expect(201, "POST", "/v1/authorize", body);
    tell_what_is_asked(walk, request);
    auto decision = wait_for_person(walk, listener, consent_link(request));
    walk.begin("decision", "The person decides.");
    walk.code = code_from_person(walk, std::move(decision));
    walk.note("You allowed it.");
    walk.note(
        "Your browser brought the code " + shortened(walk.code) + " back to the demo, at " +
        listener.uri() + "."
    );
}

void ask_sandbox(Walk& walk)
{
    auto const request = walk.expect(201, "POST", "/v1/authorize", authorization(walk));
    tell_what_is_asked(walk, request);
    walk.end();
    walk.begin("decision", "The sandbox allows it: no person is asked.");
    walk.code = text_member(request, "code");
    walk.note(
        "The answer already held the code, " + shortened(walk.code) +
        ". With a live key a person reads the consent page and decides."
    );
}

} // namespace

void register_agent(Walk& walk)
{
    walk.begin("agent", "An agent is registered: Trip Planner.");
    auto const agent = walk.expect(
        201, "POST", "/v1/agents",
        boost::json::object{
            {"name", "Trip Planner"},
            {"description", "Finds travel dates and writes to hotels."},
            {"scopes", boost::json::array{delegated_scope, kept_scope}}}
    );
    walk.agent_id = id_member(agent, "agentId");
    walk.note("Services know it as " + text_member(agent, "did") + ".");
    walk.fact("agentId", walk.agent_id);
    walk.fact("did", text_member(agent, "did"));
    walk.end();
}

void ask_and_wait(Walk& walk)
{
    walk.begin("ask", "The agent asks for permission to act for a person.");
    walk.verifier = crypto::random_token(); // 43 characters (RFC 7636 4.1)
    if (walk.mode == "sandbox")
        ask_sandbox(walk);
    else
        ask_person(walk);
    walk.fact("decision", "allowed");
    walk.fact("code", shortened(walk.code));
    walk.end();
}

} // namespace cli
