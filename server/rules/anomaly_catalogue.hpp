// The built-in detection rules (signals contract, "x-anomaly-detection"): what they are called and
// how grave they are. What makes each of them fire is in anomaly_activity, anomaly_grants,
// anomaly_spans and anomaly_credentials.
#pragma once

#include <span>
#include <string_view>

namespace rules {

struct BuiltInAnomaly
{
    std::string_view id;    // AD-011
    std::string_view alias; // as guides call it
    std::string_view type;  // of the anomalies it finds
    std::string_view severity;
    std::string_view name;
    std::string_view description;
    bool of_events = false; // asked at each event, so that it holds for a moment only
};

std::span<BuiltInAnomaly const> built_in_anomalies(); // in id order

// By id or alias; null when there is none.
BuiltInAnomaly const* find_built_in_anomaly(std::string_view id_or_alias);

bool is_grave(std::string_view severity); // high or critical: what automatic revocation acts on

} // namespace rules
