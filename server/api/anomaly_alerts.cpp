#include "server/api/anomaly_alerts.hpp"

#include "server/api/notify_channels.hpp"

#include <algorithm>

namespace api {

namespace {

constexpr std::int64_t alerts_max = 1000;
constexpr std::int64_t alerts_default = 100;

AlertView view(storage::Anomaly const& anomaly)
{
    return {
        .alertId = anomaly.id,
        .ruleId = anomaly.rule_id,
        .ruleName = anomaly.rule_name,
        .severity = anomaly.severity,
        .status = anomaly.status,
        .agentId = anomaly.agent_id,
        .detectedAt = anomaly.detected_at,
        .description = anomaly.description,
        .context = {anomaly.metadata},
        .acknowledgedAt = anomaly.acknowledged_at,
        .resolvedAt = anomaly.resolved_at,
        .type = anomaly.type,
        .principalId = anomaly.principal_id,
        .resolutionNote = anomaly.note,
        .occurrences = anomaly.occurrences,
        .lastSeenAt = anomaly.last_seen_at};
}

storage::Anomaly find(http::Request& request, std::string const& id)
{
    auto anomaly = storage::find_anomaly(request.db, request.caller().id, id);
    if (!anomaly)
        throw http::not_found("Alert");
    return std::move(*anomaly);
}

// A note replaces the one that is kept.
void take_note(storage::Anomaly& anomaly, AcknowledgeBody const& body)
{
    if (body.note)
        anomaly.note = *body.note;
    else if (body.notes)
        anomaly.note = *body.notes;
}

} // namespace

std::optional<std::string> read_query_word(
    http::Request const& request, std::string_view name, std::span<std::string_view const> words
)
{
    auto const word = request.query(name);
    if (!word || std::ranges::find(words, *word) != words.end())
        return word;
    std::string known;
    for (auto const& each : words)
        known += (known.empty() ? "" : ", ") + std::string{each};
    throw http::bad_request(std::string{name} + " must be one of " + known);
}

AlertListView list_alerts(http::Request& request)
{
    storage::AnomalyFilter const filter{
        .status = read_query_word(request, "status", AlertStatus::words),
        .severity = read_query_word(request, "severity", AnomalySeverity::words),
        .agent_id = request.query("agentId")};
    auto const limit = request.limit(alerts_max, alerts_default);
    AlertListView list;
    for (auto const& anomaly :
         storage::list_anomalies(request.db, request.caller().id, filter, limit))
        list.data.push_back(view(anomaly));
    return list;
}

AlertView get_alert(http::Request& request)
{
    return view(find(request, request.path("alertId")));
}

storage::Anomaly
acknowledge(http::Request& request, std::string const& id, AcknowledgeBody const& body)
{
    auto anomaly = find(request, id);
    if (anomaly.status == "resolved")
        return anomaly;
    auto const before = anomaly.status;
    anomaly.status = "acknowledged";
    if (!anomaly.acknowledged_at)
        anomaly.acknowledged_at = request.now;
    take_note(anomaly, body);
    storage::update_anomaly_status(request.db, anomaly, before);
    if (before == "open")
        notify_channels(request, anomaly, AlertAction::acknowledge);
    return anomaly;
}

AlertView acknowledge_alert(http::Request& request, AcknowledgeBody const& body)
{
    return view(acknowledge(request, request.path("alertId"), body));
}

AlertView resolve_alert(http::Request& request, AcknowledgeBody const& body)
{
    auto anomaly = find(request, request.path("alertId"));
    auto const before = anomaly.status;
    anomaly.status = "resolved";
    // Whoever resolves has seen it.
    if (!anomaly.acknowledged_at)
        anomaly.acknowledged_at = request.now;
    if (!anomaly.resolved_at)
        anomaly.resolved_at = request.now;
    take_note(anomaly, body);
    storage::update_anomaly_status(request.db, anomaly, before);
    if (before != "resolved")
        notify_channels(request, anomaly, AlertAction::resolve);
    return view(anomaly);
}

} // namespace api
