#include "server/rules/anomaly_finding.hpp"

#include "crypto/hash.hpp"
#include "server/rules/audit_chain.hpp"

#include <cmath>

namespace rules {

std::string anomaly_fingerprint(std::string_view developer_id, AnomalyFinding const& finding)
{
    // None of the parts can hold a line feed: they are ids and single-line values.
    std::string text{developer_id};
    for (auto const& part :
         {finding.rule_id, finding.agent_id.value_or(""), finding.principal_id.value_or(""),
          finding.subject})
        text.append("\n").append(part);
    return crypto::hex(crypto::sha256(text));
}

bool is_quiet(std::optional<Timestamp> last_closing, Timestamp now)
{
    return last_closing && now < *last_closing + anomaly_quiet_time;
}

std::string measure_json(AnomalyMeasure const& measure)
{
    auto json = R"({"observed":)" + ecmascript_number(measure.observed) + R"(,"threshold":)" +
                ecmascript_number(measure.threshold) + R"(,"windowSeconds":)" +
                std::to_string(measure.window.count()) + R"(,"baseline":)" +
                (measure.baseline ? ecmascript_number(*measure.baseline) : "null");
    if (!measure.grant_id.empty())
        json += R"(,"grantId":)" + ecmascript_string(measure.grant_id);
    return json + "}";
}

std::int64_t percent_of(std::int64_t part, std::int64_t whole)
{
    return std::llround(100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

} // namespace rules
