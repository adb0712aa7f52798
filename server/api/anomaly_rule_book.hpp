// The rules that hold for a developer: built-in ones that are not switched off, and enabled ones of
// the developer's own.
#pragma once

#include "server/rules/anomaly_activity.hpp"
#include "server/turn.hpp"
#include "storage/anomaly_rules.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace api {

struct ActiveRule
{
    storage::AnomalyRule row;
    rules::CustomCondition condition;
};

struct RuleBook
{
    std::vector<std::string> off; // built-in ids
    std::vector<ActiveRule> custom;
};

// A rule whose stored condition does not read is left out: the others go on.
RuleBook read_rule_book(storage::Database& db, std::string_view developer_id);

// The JSON of a condition that was accepted; nothing when it is none.
std::optional<rules::CustomCondition> read_condition(std::string_view json);

// What an alert says of its rule.
struct RuleFacts
{
    std::string name;
    std::string type;
    std::string severity;
};

// Nothing when the rule is off or unknown: it finds nothing then.
std::optional<RuleFacts> facts_of(RuleBook const& book, std::string_view rule_id);

} // namespace api
