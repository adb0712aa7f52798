#include "server/api/permissions_history.hpp"

#include "server/http/parse_json.hpp"
#include "server/rules/audit_chain.hpp"
#include "server/rules/display_text.hpp"
#include "server/rules/scope_words.hpp"
#include "server/rules/stored_json.hpp"
#include "server/rules/time_text.hpp"
#include "storage/audit.hpp"

namespace api {

namespace {

constexpr std::size_t entries_max = 100;
constexpr std::size_t name_characters_max = 200;
constexpr std::size_t action_characters_max = 100;
constexpr std::size_t details_max = 3;
constexpr std::size_t detail_name_characters_max = 40;
constexpr std::size_t detail_value_characters_max = 80;

// What one word or number says; nothing for lists and objects, which say more than a line holds.
std::optional<std::string> plain_value(boost::json::value const& value)
{
    if (auto const* const text = value.if_string())
        return rules::display_text({text->data(), text->size()}, detail_value_characters_max);
    if (auto const* const flag = value.if_bool())
        return *flag ? "true" : "false";
    if (value.is_number())
        return rules::ecmascript_number(value.to_number<double>());
    return {};
}

void fill_details(std::string const& metadata, web::HistoryLine& line)
{
    for (auto const& [key, value] :
         http::parse_json_object(std::string{rules::checked_json(metadata)})) {
        auto const name = rules::display_text(key, detail_name_characters_max);
        auto const text = plain_value(value);
        if (line.details.size() < details_max && text && !text->empty() && !name.empty())
            line.details.push_back({.name = name, .value = *text});
        else
            line.more_details = true;
    }
}

// "calendar.read" -> "calendar read"; an action without letters is shown as it is.
std::string action_words(std::string const& action)
{
    auto const words = rules::words(action);
    return rules::display_text(words.empty() ? action : words, action_characters_max);
}

web::HistoryLine line_of(storage::AuditEntry const& entry, KnownAgents& agents)
{
    auto const& agent = agents.find(entry.agent_id);
    web::HistoryLine line{
        .agent_name =
            rules::display_text(agent ? agent->name : entry.agent_did, name_characters_max),
        .action = action_words(entry.action),
        .time = rules::time_words(entry.timestamp),
        .success = entry.status == "success",
        .failure = entry.status == "failure",
        .blocked = entry.status == "blocked"};
    fill_details(entry.metadata, line);
    return line;
}

} // namespace

std::optional<storage::Agent> const& KnownAgents::find(std::string const& id)
{
    auto const known = found_.find(id);
    if (known != found_.end())
        return known->second;
    return found_.emplace(id, storage::find_agent(db_, developer_id_, id)).first->second;
}

void fill_history(
    http::Request& request, storage::PrincipalSession const& session, KnownAgents& agents,
    web::PermissionsPage& page
)
{
    auto entries = storage::list_audit_about(
        request.db, session.developer_id, session.principal_id, entries_max + 1
    );
    if (entries.size() > entries_max) {
        entries.resize(entries_max);
        page.history_max = std::to_string(entries_max);
    }
    for (auto const& entry : entries)
        page.history.push_back(line_of(entry, agents));
    page.any_history = !page.history.empty();
}

} // namespace api
