// From findings to alerts: the same finding again counts up the open one, a closed one keeps it
// quiet for a day, and a new one is announced in the same transaction.
#pragma once

#include "server/api/anomaly_rule_book.hpp"
#include "server/rules/anomaly_finding.hpp"
#include "storage/anomalies.hpp"

#include <string>
#include <vector>

namespace api {

struct RecordedAnomalies
{
    std::vector<storage::Anomaly> found; // open now, new ones and repeats, each once
    std::vector<storage::Anomaly> fresh; // those of them that are new
};

RecordedAnomalies record_anomalies(
    server::Turn& turn, std::string const& developer_id, RuleBook const& book,
    std::vector<rules::AnomalyFinding> const& findings
);

// Revokes the active grants of the agents of grave new anomalies, with all that was delegated from
// them, and says so. Returns the ids of the grants revoked.
std::vector<std::string> revoke_for_anomalies(
    server::Turn& turn, std::string const& developer_id, std::vector<storage::Anomaly> const& fresh
);

} // namespace api
