#include "server/admin/explain.hpp"

#include "crypto/jwt.hpp"
#include "server/rules/time_text.hpp"
#include "storage/agents.hpp"
#include "storage/auth_requests.hpp"
#include "storage/developers.hpp"
#include "storage/grants.hpp"
#include "storage/tokens.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>

namespace admin {

namespace {

// As for any verifier; a principal session has a typ of its own.
constexpr std::array<std::string_view, 2> grant_token_types{"JWT", "at+jwt"};

// What is found out, sentence by sentence. The verdict is the first reason that speaks against use.
struct Finding
{
    std::string kind;
    std::string id;
    std::string verdict = "active";
    std::vector<std::string> sentences{};
    std::vector<std::string> chain{};

    void say(std::string sentence) { sentences.push_back(std::move(sentence)); }
    void rule_out(std::string_view why, std::string sentence)
    {
        if (verdict == "active")
            verdict = why;
        say(std::move(sentence));
    }
};

boost::json::object render(Finding const& finding)
{
    boost::json::object answer;
    answer["kind"] = finding.kind;
    answer["id"] = finding.id;
    answer["verdict"] = finding.verdict;
    answer["sentences"] = boost::json::array(finding.sentences.begin(), finding.sentences.end());
    answer["chain"] = boost::json::array(finding.chain.begin(), finding.chain.end());
    return answer;
}

std::string joined(std::vector<std::string> const& words)
{
    std::string text;
    for (auto const& word : words)
        text.append(text.empty() ? "" : ", ").append(word);
    return text;
}

std::string name_of_developer(storage::Database& db, std::string const& id)
{
    auto const developer = storage::find_developer(db, id);
    return developer ? "\"" + developer->name + "\" (" + id + ")" : id;
}

void explain_agent(storage::Database& db, std::string const& id, Finding& finding)
{
    auto const agent = storage::find_agent_of_anyone(db, id);
    if (!agent)
        return finding.rule_out("unknown", "Its agent " + id + " does not exist.");
    finding.say(
        "The agent is \"" + agent->name + "\" (" + id + ") of " +
        name_of_developer(db, agent->developer_id) + "."
    );
    if (agent->status == "active")
        return;
    finding.rule_out(
        "agent_inactive", "The agent is " + agent->status + ": none of its tokens verifies" +
                              (agent->status == "suspended" ? " until it is active again." : ".")
    );
}

void explain_validity(
    storage::Grant const& grant, std::string const& name, storage::Timestamp now, Finding& finding
)
{
    using rules::time_words;
    if (grant.status == "revoked")
        finding.rule_out(
            "revoked",
            name + " was revoked" +
                (grant.revoked_at ? " on " + time_words(*grant.revoked_at) : std::string{}) + "."
        );
    else if (grant.expires_at <= now)
        finding.rule_out("expired", name + " expired on " + time_words(grant.expires_at) + ".");
    else
        finding.say(
            name + " was given on " + time_words(grant.issued_at) + " and holds until " +
            time_words(grant.expires_at) + "."
        );
}

void explain_grant(
    storage::Database& db, storage::Grant const& grant, storage::Timestamp now, Finding& finding
)
{
    finding.say(
        "Grant " + grant.id + " allows " + joined(grant.scopes) + " for the person " +
        grant.principal_id + (grant.audience ? ", towards " + *grant.audience : "") + "."
    );
    explain_validity(grant, "The grant", now, finding);
    explain_agent(db, grant.agent_id, finding);
    finding.chain.push_back(grant.id);
    auto parent_id = grant.parent_id;
    while (parent_id && finding.chain.size() <= 32) {
        auto const parent = storage::find_grant(db, grant.developer_id, *parent_id);
        if (!parent)
            break;
        finding.say(
            "It was delegated from " + parent->id + ", which agent " + parent->agent_id + " holds."
        );
        explain_validity(*parent, "That grant", now, finding);
        finding.chain.push_back(parent->id);
        parent_id = parent->parent_id;
    }
}

void explain_request(
    storage::Database& db, storage::AuthRequest const& request, storage::Timestamp now,
    Finding& finding
)
{
    using rules::time_words;
    finding.say(
        "Request " + request.id + " asked the person " + request.principal_id + " for " +
        joined(request.scopes) + " on " + time_words(request.created_at) + "."
    );
    explain_agent(db, request.agent_id, finding);
    if (request.status == "denied")
        finding.rule_out("denied", "The person did not allow it.");
    else if (request.status == "cancelled")
        finding.rule_out("cancelled", "It was withdrawn, since its agent was deleted.");
    else if (request.status == "pending" && request.decide_by <= now)
        finding.rule_out("expired", "Nobody decided until " + time_words(request.decide_by) + ".");
    else if (request.status == "pending")
        finding.rule_out(
            "pending", "It waits for the person until " + time_words(request.decide_by) + "."
        );
    else if (request.status == "approved")
        finding.rule_out(
            "approved",
            "The person allowed it" +
                (request.approved_at ? " on " + time_words(*request.approved_at) : std::string{}) +
                "; its code was not exchanged yet."
        );
    else if (request.grant_id)
        finding.say("The person allowed it, and it became grant " + *request.grant_id + ".");
    if (!request.grant_id)
        return;
    if (auto const grant = storage::find_grant(db, request.developer_id, *request.grant_id))
        explain_grant(db, *grant, now, finding);
}

void explain_token(server::App& app, std::string const& token, Finding& finding)
{
    auto const now = app.clock.now();
    finding.kind = "token";
    auto const verified = crypto::verify_jwt(token, app.keys.verifying(), grant_token_types);
    auto const* const jti = verified ? verified->claims.if_contains("jti") : nullptr;
    if (jti == nullptr || !jti->is_string())
        return finding.rule_out(
            "malformed", "This is no token that a key of this server has signed: it was altered, "
                         "comes from another server, or its key was retired."
        );
    finding.id = jti->get_string();
    finding.say("The signature of token " + finding.id + " is one of this server.");
    auto const* const expires = verified->claims.if_contains("exp");
    if (expires != nullptr && expires->is_int64()) {
        storage::Timestamp const end{std::chrono::seconds{expires->get_int64()}};
        if (end <= now)
            finding.rule_out("expired", "It expired on " + rules::time_words(end) + ".");
        else
            finding.say("It holds until " + rules::time_words(end) + ".");
    }
    auto const state = storage::find_token_state(app.reader, finding.id);
    if (!state)
        return finding.rule_out("not_found", "Its id is not one that this server gave out.");
    if (state->token_revoked)
        finding.rule_out("revoked", "This token was revoked; its grant need not be.");
    if (auto const grant = storage::find_grant(app.reader, state->developer_id, state->grant_id))
        explain_grant(app.reader, *grant, now, finding);
}

} // namespace

Answer explain(Call& call)
{
    auto& app = call.host.app;
    auto const subject = call.text("subject");
    auto const now = app.clock.now();
    Finding finding;
    finding.id = subject;
    if (std::ranges::count(subject, '.') == 2) {
        explain_token(app, subject, finding);
    } else if (auto const grant = storage::find_grant_of_anyone(app.reader, subject)) {
        finding.kind = "grant";
        explain_grant(app.reader, *grant, now, finding);
    } else if (auto const request = storage::find_auth_request(app.reader, subject)) {
        finding.kind = "request";
        explain_request(app.reader, *request, now, finding);
    } else if (subject.starts_with("ag_")) {
        finding.kind = "agent";
        explain_agent(app.reader, subject, finding);
    } else {
        throw Refused(
            "there is no grant or request \"" + subject +
            "\" here. Try: the id as the API answers it (grnt_..., areq_..., ag_...), or a token"
        );
    }
    co_return render(finding);
}

} // namespace admin
