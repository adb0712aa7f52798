// An alert in the words of those who are told of it (signals contract, "x-notification-channels").
#pragma once

#include "server/rules/time_text.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rules {

struct AlertText
{
    std::string id;
    std::string rule_id;
    std::string rule_name;
    std::string severity; // low, medium, high, critical
    std::string description;
    std::string context; // JSON text of an object
    std::optional<std::string> agent_id;
    Timestamp detected_at;
};

// JSON bodies of requests.
std::string slack_message(AlertText const& alert);
std::string datadog_event(AlertText const& alert);
// `action`: trigger, acknowledge or resolve.
std::string
pagerduty_event(AlertText const& alert, std::string_view routing_key, std::string_view action);

// Of a mail.
std::string alert_mail_subject(AlertText const& alert);
std::string alert_mail_text(AlertText const& alert);

} // namespace rules
