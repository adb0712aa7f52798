// The steps after the token: passing a part on, writing down what was done, taking all of it back.
#include "server/cli/demo_steps.hpp"
#include "server/cli/verify_offline.hpp"
#include "server/rules/audit_chain.hpp"

#include <boost/json/array.hpp>

namespace cli {

namespace {

void log_action(Walk& walk, std::string_view action, boost::json::object metadata)
{
    walk.expect(
        201, "POST", "/v1/audit/log",
        boost::json::object{
            {"agentId", walk.agent_id},
            {"grantId", walk.grant_id},
            {"action", action},
            {"metadata", std::move(metadata)}}
    );
}

// core-notes 2: each hash covers the entry and the hash before it; anyone can do the sum again.
bool hash_fits(boost::json::object const& entry)
{
    auto const* const metadata = entry.if_contains("metadata");
    auto const* const before = entry.if_contains("prevHash");
    if (metadata == nullptr || !metadata->is_object() || before == nullptr)
        return false;
    auto const text = [&](std::string_view name) { return text_member(entry, name); };
    auto const canonical = rules::canonical_metadata(metadata->get_object());
    auto const id = text("entryId"), agent_id = text("agentId"), agent_did = text("agentDid"),
               grant_id = text("grantId"), principal_id = text("principalId"),
               developer_id = text("developerId"), action = text("action"),
               timestamp = text("timestamp"), status = text("status");
    auto const previous = before->is_string() ? text("prevHash") : std::string{};
    return canonical &&
           text("hash") ==
               rules::audit_hash({
                   .id = id,
                   .agent_id = agent_id,
                   .agent_did = agent_did,
                   .grant_id = grant_id,
                   .principal_id = principal_id,
                   .developer_id = developer_id,
                   .action = action,
                   .metadata_text = *canonical,
                   .timestamp = timestamp,
                   .prev_hash = before->is_string() ? std::optional<std::string_view>{previous}
                                                    : std::nullopt,
                   .status = status,
               });
}

boost::json::array entries_of(boost::json::object const& list)
{
    auto const* const entries = list.if_contains("entries");
    if (entries == nullptr || !entries->is_array() || entries->get_array().size() != 2)
        throw StepFailed("The list should hold the two entries just written.", "");
    for (auto const& entry : entries->get_array())
        if (!entry.is_object() || !hash_fits(entry.get_object()))
            throw StepFailed(
                "The hash of an audit entry does not fit what it says.",
                "compare the entry with whoever runs the server"
            );
    return entries->get_array();
}

void check_inactive(Walk& walk, std::string_view label, std::string const& token)
{
    auto const answer =
        walk.expect(200, "POST", "/v1/grants/verify", boost::json::object{{"token", token}});
    if (bool_member(answer, "active"))
        throw StepFailed(
            "The " + std::string{label} + " is still active after the revocation.",
            "this looks like a bug of the server; please report it"
        );
    walk.note("The " + std::string{label} + ": not active, " + text_member(answer, "reason") + ".");
}

} // namespace

void delegate_one_scope(Walk& walk)
{
    walk.begin("delegate", "The agent hands one of its two scopes to a second agent.");
    auto const agent = walk.expect(
        201, "POST", "/v1/agents",
        boost::json::object{
            {"name", "Date Finder"},
            {"description", "Finds free days in a calendar."},
            {"scopes", boost::json::array{delegated_scope}}}
    );
    walk.sub_agent_id = id_member(agent, "agentId");
    auto const token = walk.expect(
        201, "POST", "/v1/grants/delegate",
        boost::json::object{
            {"parentGrantToken", walk.grant_token},
            {"subAgentId", walk.sub_agent_id},
            {"scopes", boost::json::array{delegated_scope}},
            {"expiresIn", "30m"}}
    );
    walk.sub_grant_token = text_member(token, "grantToken");
    walk.sub_grant_id = id_member(token, "grantId");
    auto const verdict =
        verify_offline(walk.sub_grant_token, walk.jwks, std::chrono::system_clock::now());
    if (!verdict.claims)
        throw StepFailed("The delegated token does not verify: " + verdict.fault + ".", "");
    auto const parent = text_member(*verdict.claims, "parentGrnt");
    if (parent != walk.grant_id)
        throw StepFailed("The delegated token names another parent, " + parent + ".", "");
    walk.note("\"Date Finder\" gets " + std::string{delegated_scope} + " for 30 minutes.");
    walk.note("Its token tells whom it got that from:");
    walk.note("parentAgt", text_member(*verdict.claims, "parentAgt"));
    walk.note("parentGrnt", parent);
    walk.fact("agentId", walk.sub_agent_id);
    walk.fact("grantId", walk.sub_grant_id);
    walk.fact("grantToken", shortened(walk.sub_grant_token));
    walk.fact_value("claims", *verdict.claims);
    walk.end();
}

void write_audit(Walk& walk)
{
    walk.begin("audit", "What was done is written into the audit chain.");
    log_action(walk, "calendar.read", {{"days", 14}});
    log_action(walk, "email.send", {{"to", "hotel@example.com"}});
    auto const list = walk.expect(200, "GET", "/v1/audit/entries?grantId=" + walk.grant_id);
    auto const entries = entries_of(list);
    boost::json::array facts;
    for (auto const& element : entries) {
        auto const& entry = element.get_object();
        auto const* const before = entry.if_contains("prevHash");
        walk.note(
            text_member(entry, "action"),
            "hash " + text_member(entry, "hash").substr(0, 8) +
                (before->is_string() ? ", after " + text_member(entry, "prevHash").substr(0, 8)
                                     : ", the first of the chain")
        );
        facts.push_back(boost::json::object{
            {"entryId", text_member(entry, "entryId")},
            {"action", text_member(entry, "action")},
            {"hash", text_member(entry, "hash")},
            {"prevHash", *before}});
    }
    walk.note("Recomputed here, both hashes fit: no entry can change unnoticed.");
    walk.fact_value("entries", std::move(facts));
    walk.end();
}

void revoke(Walk& walk)
{
    walk.begin("revoke", "The grant is revoked, and with it everything made from it.");
    walk.expect(204, "DELETE", "/v1/grants/" + walk.grant_id);
    walk.note("One call; nobody has to know what was delegated, or to whom.");
    walk.fact("grantId", walk.grant_id);
    walk.end();
}

void see_both_invalid(Walk& walk)
{
    walk.begin("invalid", "From now on the server says no to both tokens.");
    check_inactive(walk, "agent's token", walk.grant_token);
    check_inactive(walk, "delegated token", walk.sub_grant_token);
    walk.note(
        "Offline a token counts until it expires: services for which that is too long ask the "
        "server, as in step 8."
    );
    walk.fact_value("active", false);
    walk.end();
}

} // namespace cli
