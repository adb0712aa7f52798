// Detection rules: the built-in ones, which can be switched off, and a developer's own.
#pragma once

#include "server/api/anomaly_alerts.hpp"

namespace api {

using RuleTexts = http::List<http::Line<1, 256>, 0, 100>;

// Other members are kept and answered, and mean nothing.
struct RuleConditionBody
{
    std::optional<RuleTexts> agentIds;
    std::optional<RuleTexts> scopes;
    std::optional<http::Line<2, 16>> timeWindow; // 1m to 24h
    std::optional<http::Integer<1, 1'000'000'000>> threshold;
};
BOOST_DESCRIBE_STRUCT(RuleConditionBody, (), (agentIds, scopes, timeWindow, threshold))

struct CreateRuleBody
{
    http::Line<1, 64> ruleId;
    http::Line<1, 200> name;
    std::optional<http::Text<0, 2000>> description;
    RuleConditionBody condition;
    std::optional<AnomalySeverity> severity;
    std::optional<RuleTexts> alertChannels; // ids or names
    std::optional<RuleTexts> channels;      // the same, as guides spell it
};
BOOST_DESCRIBE_STRUCT(
    CreateRuleBody, (), (ruleId, name, description, condition, severity, alertChannels, channels)
)

struct UpdateRuleBody
{
    bool enabled = false;
};
BOOST_DESCRIBE_STRUCT(UpdateRuleBody, (), (enabled))

struct CustomRuleView
{
    std::string id;
    std::string ruleId;
    std::string name;
    http::Nullable<std::string> description;
    http::RawJson condition;
    AnomalySeverity severity;
    std::vector<std::string> alertChannels;
    bool enabled = true;
    bool builtIn = false;
    storage::Timestamp createdAt;
};
BOOST_DESCRIBE_STRUCT(
    CustomRuleView, (),
    (id, ruleId, name, description, condition, severity, alertChannels, enabled, builtIn, createdAt)
)

// Either kind: built-in rules have aliases, the others what they were created with.
struct AnomalyRuleView
{
    std::string id;
    std::string ruleId;
    std::string name;
    AnomalySeverity severity;
    http::Nullable<std::string> description;
    bool builtIn = false;
    bool enabled = true;
    std::optional<std::vector<std::string>> aliases;
    std::optional<http::RawJson> condition;
    std::optional<std::vector<std::string>> alertChannels;
    std::optional<storage::Timestamp> createdAt;
};
BOOST_DESCRIBE_STRUCT(
    AnomalyRuleView, (),
    (id, ruleId, name, severity, description, builtIn, enabled, aliases, condition, alertChannels,
     createdAt)
)

struct RuleListView
{
    std::vector<AnomalyRuleView> rules;
};
BOOST_DESCRIBE_STRUCT(RuleListView, (), (rules))

http::Created<CustomRuleView>
create_anomaly_rule(http::Request& request, CreateRuleBody const& body);
RuleListView list_anomaly_rules(http::Request& request);
AnomalyRuleView update_anomaly_rule(http::Request& request, UpdateRuleBody const& body);
http::NoContent delete_anomaly_rule(http::Request& request);

} // namespace api
