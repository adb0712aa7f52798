// Alerts: the anomalies in the shape of the portal, and their way from open to resolved.
#pragma once

#include "server/http/route.hpp"
#include "storage/anomalies.hpp"

#include <boost/describe/class.hpp>

namespace api {

using AnomalySeverity = http::OneOf<"critical", "high", "medium", "low">;
using AlertStatus = http::OneOf<"open", "acknowledged", "resolved">;

struct AcknowledgeBody
{
    std::optional<http::Text<0, 4000>> note;
    std::optional<http::Text<0, 4000>> notes; // the protocol text's spelling of the same
};
BOOST_DESCRIBE_STRUCT(AcknowledgeBody, (), (note, notes))

struct AlertView
{
    std::string alertId;
    std::string ruleId;
    std::string ruleName;
    AnomalySeverity severity;
    AlertStatus status;
    http::Nullable<std::string> agentId;
    storage::Timestamp detectedAt;
    std::string description;
    http::RawJson context;
    http::Nullable<storage::Timestamp> acknowledgedAt;
    http::Nullable<storage::Timestamp> resolvedAt;
    std::string type;
    http::Nullable<std::string> principalId;
    http::Nullable<std::string> resolutionNote;
    std::int64_t occurrences = 1;
    storage::Timestamp lastSeenAt;
};
BOOST_DESCRIBE_STRUCT(
    AlertView, (),
    (alertId, ruleId, ruleName, severity, status, agentId, detectedAt, description, context,
     acknowledgedAt, resolvedAt, type, principalId, resolutionNote, occurrences, lastSeenAt)
)

struct AlertListView
{
    std::vector<AlertView> data;
};
BOOST_DESCRIBE_STRUCT(AlertListView, (), (data))

AlertListView list_alerts(http::Request& request);
AlertView get_alert(http::Request& request);
AlertView acknowledge_alert(http::Request& request, AcknowledgeBody const& body);
AlertView resolve_alert(http::Request& request, AcknowledgeBody const& body);

// What both ways to acknowledge do: once is for ever, and what is resolved stays as it is. Throws
// ApiError 404 when the caller has no such anomaly.
storage::Anomaly
acknowledge(http::Request& request, std::string const& id, AcknowledgeBody const& body);

// One of these words, or nothing when the parameter is absent. Throws ApiError 400.
std::optional<std::string> read_query_word(
    http::Request const& request, std::string_view name, std::span<std::string_view const> words
);

} // namespace api
