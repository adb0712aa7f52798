// What a detection rule says when it fires, and when two findings are the same.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rules {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

struct AnomalyFinding
{
    std::string rule_id; // of a built-in rule, or a developer's own
    std::optional<std::string> agent_id{};
    std::optional<std::string> principal_id{};
    std::string subject{};     // a grant, bundle or country where the rule has one
    std::string description{}; // a sentence for people
    std::string metadata{};    // JSON text of an object
};

// Equal for findings that an alert counts as one. Hex; nothing of it can be read back.
std::string anomaly_fingerprint(std::string_view developer_id, AnomalyFinding const& finding);

// After an alert was acknowledged or resolved the same finding stays quiet for this long.
constexpr std::chrono::hours anomaly_quiet_time{24};
bool is_quiet(std::optional<Timestamp> last_closing, Timestamp now);

// What is kept of an alert after it was last seen, unless it is open.
constexpr std::chrono::hours anomaly_retention{90 * 24};

// The members that most rules put into metadata.
struct AnomalyMeasure
{
    double observed = 0;
    double threshold = 0;
    std::chrono::seconds window{};
    std::optional<double> baseline{};
    std::string_view grant_id{}; // empty: left out
};
std::string measure_json(AnomalyMeasure const& measure);

// Rounded to a whole number.
std::int64_t percent_of(std::int64_t part, std::int64_t whole);

} // namespace rules
