#include "server/api/merge_policy.hpp"

#include "server/rules/policy.hpp"
#include "server/time_zone.hpp"

#include <algorithm>

namespace api {

namespace {

[[noreturn]] void refuse_twice(std::string_view name)
{
    throw http::bad_request(
        std::string{name} + " is given twice: send it flat or inside conditions, not both"
    );
}

template<class Flat, class Nested>
void flatten(std::string_view name, Flat& flat, std::optional<Nested> const& nested)
{
    if (!nested)
        return;
    if (flat.given)
        refuse_twice(name);
    flat = {.given = true, .value = *nested};
}

http::Line<0, 16> hour_text(std::int64_t hour)
{
    http::Line<0, 16> text;
    text.append(rules::minute_text(static_cast<int>(hour) * 60));
    return text;
}

// SPEC 11.5 nests the conditions; everyone else writes them flat.
PolicyFields flattened(PolicyFields fields)
{
    if (!fields.conditions)
        return fields;
    auto const conditions = *fields.conditions;
    flatten("scopes", fields.scopes, conditions.scopes);
    flatten("principalId", fields.principalId, conditions.principalId);
    flatten("agentId", fields.agentId, conditions.agentId);
    if (auto const& window = conditions.timeWindow) {
        flatten(
            "timeOfDayStart", fields.timeOfDayStart,
            std::optional{hour_text(window->startHour.value)}
        );
        flatten(
            "timeOfDayEnd", fields.timeOfDayEnd, std::optional{hour_text(window->endHour.value)}
        );
        flatten("daysOfWeek", fields.daysOfWeek, window->days);
        flatten("timeZone", fields.timeZone, window->timeZone);
    }
    return fields;
}

std::vector<std::string> distinct(PolicyScopes const& scopes)
{
    std::vector<std::string> kept;
    for (auto const& scope : scopes) {
        if (scope.find_first_not_of(' ') == std::string::npos)
            throw http::bad_request("scopes must not hold blank strings");
        if (std::ranges::find(kept, scope) == kept.end())
            kept.push_back(scope);
    }
    return kept;
}

void merge_minute(
    std::string_view name, http::Clearable<http::Line<0, 16>> const& field, bool end_of_day,
    std::optional<int>& minute
)
{
    if (!field.given)
        return;
    minute.reset();
    if (!field.value)
        return;
    minute = rules::parse_minute(*field.value, end_of_day);
    if (!minute)
        throw http::bad_request(std::string{name} + " must be HH:MM, such as 08:30");
}

void merge_window(storage::Policy& policy, PolicyFields const& fields)
{
    merge_minute("timeOfDayStart", fields.timeOfDayStart, false, policy.window_start);
    merge_minute("timeOfDayEnd", fields.timeOfDayEnd, true, policy.window_end);
    if (policy.window_start.has_value() != policy.window_end.has_value())
        throw http::bad_request("timeOfDayStart and timeOfDayEnd must be supplied together");
    if (policy.window_start && policy.window_start == policy.window_end)
        throw http::bad_request("timeOfDayStart and timeOfDayEnd must differ");
}

void merge_days(storage::Policy& policy, PolicyFields const& fields)
{
    if (!fields.daysOfWeek.given)
        return;
    policy.weekdays.reset();
    if (!fields.daysOfWeek.value)
        return;
    std::string digits;
    for (auto const& day : *fields.daysOfWeek.value) {
        auto const digit = static_cast<char>('0' + day.value);
        if (digits.find(digit) != std::string::npos)
            throw http::bad_request("daysOfWeek must not name a day twice");
        digits += digit;
    }
    policy.weekdays = digits;
}

void merge_time_zone(storage::Policy& policy, PolicyFields const& fields)
{
    if (!fields.timeZone.given)
        return;
    policy.time_zone = fields.timeZone.value ? std::string{*fields.timeZone.value} : "UTC";
    if (!server::is_time_zone(policy.time_zone))
        throw http::bad_request("timeZone must be an IANA name such as Europe/Berlin");
}

} // namespace

std::string stored_effect(PolicyEffect const& effect)
{
    return effect.ends_with("deny") ? "deny" : "allow";
}

void merge_policy(storage::Policy& policy, PolicyFields const& given)
{
    auto const fields = flattened(given);
    if (fields.scopes.given) {
        policy.scopes.reset();
        if (fields.scopes.value)
            policy.scopes = distinct(*fields.scopes.value);
    }
    merge_window(policy, fields);
    merge_days(policy, fields);
    merge_time_zone(policy, fields);
    if (fields.priority.value)
        policy.priority = fields.priority.value->value;
    if (fields.agentId.given)
        policy.agent_id = fields.agentId.value;
    if (fields.principalId.given)
        policy.principal_id = fields.principalId.value;
}

} // namespace api
