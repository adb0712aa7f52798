#include "server/api/anomaly_rules.hpp"

#include "server/rules/anomaly_activity.hpp"
#include "server/rules/anomaly_catalogue.hpp"
#include "storage/anomaly_channels.hpp"
#include "storage/anomaly_rules.hpp"
#include "storage/anomaly_windows.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace api {

namespace {

// Each rule reads what the developer's agents do, so their number is bounded.
constexpr std::int64_t rules_max = 100;
constexpr std::size_t condition_bytes_max = 32 * 1024;

AnomalyRuleView view(rules::BuiltInAnomaly const& rule, bool enabled)
{
    return {
        .id = std::string{rule.id},
        .ruleId = std::string{rule.id},
        .name = std::string{rule.name},
        .severity = std::string{rule.severity},
        .description = std::optional{std::string{rule.description}},
        .builtIn = true,
        .enabled = enabled,
        .aliases = std::vector{std::string{rule.alias}},
        .condition = {},
        .alertChannels = {},
        .createdAt = {}};
}

AnomalyRuleView view(storage::AnomalyRule const& rule)
{
    return {
        .id = rule.id,
        .ruleId = rule.rule_id,
        .name = rule.name,
        .severity = rule.severity,
        .description = rule.description,
        .builtIn = false,
        .enabled = rule.enabled,
        .aliases = {},
        .condition = http::RawJson{rule.condition},
        .alertChannels = rule.channels,
        .createdAt = rule.created_at};
}

// ^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$; the body's type has seen to the length.
void check_rule_id(std::string_view id)
{
    auto const letter_or_digit = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    auto const fits = [&](char c) {
        return letter_or_digit(c) || c == '_' || c == '.' || c == '-';
    };
    if (!letter_or_digit(id.front()) || !std::ranges::all_of(id, fits))
        throw http::bad_request(
            "ruleId must be letters, digits, _ . and -, beginning with a letter or a digit"
        );
}

// As it was sent: what the server does not know of it is the caller's to read back.
std::string condition_text(http::Request const& request, RuleConditionBody const& condition)
{
    if (condition.timeWindow && !rules::parse_custom_window(*condition.timeWindow))
        throw http::bad_request("condition.timeWindow must be 1m to 24h, such as 15m, 2h or 1d");
    auto const text = boost::json::serialize(request.body.at("condition"));
    if (text.size() > condition_bytes_max)
        throw http::bad_request(
            "condition must be at most " + std::to_string(condition_bytes_max) + " bytes"
        );
    return {text.data(), text.size()};
}

// A name stands for every channel that has it.
std::vector<std::string> read_channels(http::Request& request, CreateRuleBody const& body)
{
    auto const& given = body.alertChannels ? body.alertChannels : body.channels;
    std::vector<std::string> ids;
    if (!given || given->empty())
        return ids;
    auto const known = storage::list_anomaly_channels(request.db, request.caller().id);
    for (auto const& each : *given) {
        auto const before = ids.size();
        for (auto const& channel : known)
            if (channel.id == each || channel.name == each)
                ids.push_back(channel.id);
        if (ids.size() == before)
            throw http::bad_request(
                (body.alertChannels ? "alertChannels" : "channels") +
                std::string{" names no channel of yours: "} + each
            );
    }
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    return ids;
}

void check_new_rule_id(http::Request& request, std::string_view id)
{
    if (rules::find_built_in_anomaly(id) != nullptr ||
        storage::find_anomaly_rule_by_name(request.db, request.caller().id, id))
        throw http::rule_exists();
    if (storage::count_anomaly_rules(request.db, request.caller().id) >= rules_max)
        throw http::bad_request(
            "There are " + std::to_string(rules_max) + " custom rules already. Delete one first"
        );
}

// In the contract's order: row id, own rule id.
std::optional<storage::AnomalyRule> find_custom(http::Request& request)
{
    auto const& id = request.path("ruleId");
    auto const& developer_id = request.caller().id;
    auto rule = storage::find_anomaly_rule(request.db, developer_id, id);
    return rule ? rule : storage::find_anomaly_rule_by_name(request.db, developer_id, id);
}

// What its window held is of no use once it slides no longer.
void forget_window(http::Request& request, storage::AnomalyRule const& rule)
{
    storage::delete_anomaly_window(request.db, rule.developer_id, rule.id);
}

} // namespace

http::Created<CustomRuleView>
create_anomaly_rule(http::Request& request, CreateRuleBody const& body)
{
    check_rule_id(body.ruleId);
    storage::AnomalyRule rule;
    rule.condition = condition_text(request, body.condition);
    rule.channels = read_channels(request, body);
    check_new_rule_id(request, body.ruleId);
    rule.id = request.next_id("arule");
    rule.developer_id = request.caller().id;
    rule.rule_id = body.ruleId;
    rule.name = body.name;
    if (body.description)
        rule.description = *body.description;
    rule.severity = body.severity.value_or("medium");
    rule.created_at = request.now;
    storage::insert_anomaly_rule(request.db, rule);
    request.app.signals.mark(rule.developer_id);
    return {CustomRuleView{
        .id = rule.id,
        .ruleId = rule.rule_id,
        .name = rule.name,
        .description = rule.description,
        .condition = {rule.condition},
        .severity = rule.severity,
        .alertChannels = rule.channels,
        .createdAt = rule.created_at}};
}

RuleListView list_anomaly_rules(http::Request& request)
{
    auto const& developer_id = request.caller().id;
    auto const off = storage::list_anomaly_rules_off(request.db, developer_id);
    RuleListView list;
    for (auto const& rule : rules::built_in_anomalies())
        list.rules.push_back(view(rule, std::ranges::find(off, rule.id) == off.end()));
    for (auto const& rule : storage::list_anomaly_rules(request.db, developer_id))
        list.rules.push_back(view(rule));
    return list;
}

AnomalyRuleView update_anomaly_rule(http::Request& request, UpdateRuleBody const& body)
{
    if (auto rule = find_custom(request)) {
        rule->enabled = body.enabled;
        storage::update_anomaly_rule(request.db, *rule);
        if (!body.enabled)
            forget_window(request, *rule);
        return view(*rule);
    }
    auto const* const rule = rules::find_built_in_anomaly(request.path("ruleId"));
    if (rule == nullptr)
        throw http::not_found("Rule");
    if (body.enabled)
        storage::delete_anomaly_rule_off(request.db, request.caller().id, rule->id);
    else
        storage::insert_anomaly_rule_off(request.db, request.caller().id, rule->id);
    return view(*rule, body.enabled);
}

http::NoContent delete_anomaly_rule(http::Request& request)
{
    auto const rule = find_custom(request);
    if (!rule)
        throw http::not_found("Rule");
    storage::delete_anomaly_rule(request.db, rule->developer_id, rule->id);
    forget_window(request, *rule);
    return {};
}

} // namespace api
