// Anomalies: running detection, and the list that SDKs and the command line read.
#pragma once

#include "server/api/anomaly_alerts.hpp"

namespace api {

struct DetectBody
{
    std::optional<bool> autoRevoke;
};
BOOST_DESCRIBE_STRUCT(DetectBody, (), (autoRevoke))

struct AnomalyView
{
    std::string id;
    std::string type;
    AnomalySeverity severity;
    http::Nullable<std::string> agentId;
    http::Nullable<std::string> principalId;
    std::string description;
    http::RawJson metadata;
    storage::Timestamp detectedAt;
    http::Nullable<storage::Timestamp> acknowledgedAt;
    std::string ruleId;
    AlertStatus status;
};
BOOST_DESCRIBE_STRUCT(
    AnomalyView, (),
    (id, type, severity, agentId, principalId, description, metadata, detectedAt, acknowledgedAt,
     ruleId, status)
)

struct DetectResultView
{
    storage::Timestamp detectedAt;
    std::int64_t total = 0;
    std::int64_t autoRevokedGrants = 0;
    std::vector<AnomalyView> anomalies;
};
BOOST_DESCRIBE_STRUCT(DetectResultView, (), (detectedAt, total, autoRevokedGrants, anomalies))

struct AnomalyListView
{
    std::vector<AnomalyView> anomalies;
    std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(AnomalyListView, (), (anomalies, total))

DetectResultView detect_anomalies(http::Request& request, DetectBody const& body);
AnomalyListView list_anomalies(http::Request& request);
AnomalyView acknowledge_anomaly(http::Request& request, AcknowledgeBody const& body);
AnomalyView acknowledge_anomaly_post(http::Request& request, AcknowledgeBody const& body);

} // namespace api
