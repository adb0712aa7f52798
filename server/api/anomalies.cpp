#include "server/api/anomalies.hpp"

#include "server/api/detection.hpp"

#include <functional>
#include <map>

namespace api {

namespace {

constexpr std::int64_t anomalies_max = 1000;

// What one request may read at most: the worker reads ahead of it, so that little is left to read.
constexpr int slices_max = 25;
constexpr std::int64_t records_per_slice = 2'000;

AnomalyView view(storage::Anomaly const& anomaly)
{
    return {
        .id = anomaly.id,
        .type = anomaly.type,
        .severity = anomaly.severity,
        .agentId = anomaly.agent_id,
        .principalId = anomaly.principal_id,
        .description = anomaly.description,
        .metadata = {anomaly.metadata},
        .detectedAt = anomaly.detected_at,
        .acknowledgedAt = anomaly.acknowledged_at,
        .ruleId = anomaly.rule_id,
        .status = anomaly.status};
}

} // namespace

// Detection is advisory: revoking is asked for, or does not happen.
DetectResultView detect_anomalies(http::Request& request, DetectBody const& body)
{
    auto const& developer_id = request.caller().id;
    DetectionRun run{.developer_id = developer_id, .auto_revoke = body.autoRevoke.value_or(false)};
    DetectResultView result{.detectedAt = request.now, .anomalies = {}};
    std::map<std::string, storage::Anomaly, std::greater<>> holding; // newest first
    for (int slice = 0; slice < slices_max && !run.finished; ++slice) {
        auto found = detect_slice(request, run, records_per_slice);
        for (auto& anomaly : found.anomalies.found)
            holding.insert_or_assign(anomaly.id, std::move(anomaly));
        result.autoRevokedGrants += static_cast<std::int64_t>(found.revoked_grants.size());
    }
    for (auto& anomaly : list_standing_anomalies(request, developer_id, anomalies_max))
        holding.try_emplace(anomaly.id, std::move(anomaly));
    for (auto const& [id, anomaly] : holding)
        if (result.anomalies.size() < static_cast<std::size_t>(anomalies_max))
            result.anomalies.push_back(view(anomaly));
    result.total = static_cast<std::int64_t>(result.anomalies.size());
    return result;
}

AnomalyListView list_anomalies(http::Request& request)
{
    auto const& developer_id = request.caller().id;
    auto const open_only = request.query("unacknowledged") == "true";
    storage::AnomalyFilter filter;
    if (open_only)
        filter.status = "open";
    auto const totals = storage::find_anomaly_totals(request.db, developer_id);
    AnomalyListView list{
        .anomalies = {},
        .total = open_only ? totals.open : totals.open + totals.acknowledged + totals.resolved};
    auto const limit = request.limit(anomalies_max, anomalies_max);
    for (auto const& anomaly : storage::list_anomalies(request.db, developer_id, filter, limit))
        list.anomalies.push_back(view(anomaly));
    return list;
}

AnomalyView acknowledge_anomaly(http::Request& request, AcknowledgeBody const& body)
{
    return view(acknowledge(request, request.path("id"), body));
}

// The Go SDK sends POST.
AnomalyView acknowledge_anomaly_post(http::Request& request, AcknowledgeBody const& body)
{
    return acknowledge_anomaly(request, body);
}

} // namespace api
