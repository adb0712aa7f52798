#include "server/api/anomaly_metrics.hpp"

#include "server/api/anomaly_alerts.hpp"
#include "server/rules/durations.hpp"
#include "server/rules/time_text.hpp"

#include <map>

namespace api {

namespace {

using std::chrono::days;

std::string date_text(std::int64_t day)
{
    return rules::time_text(std::chrono::sys_days{days{day}}).substr(0, 10);
}

void add(AnomalyMetricsView& view, storage::AnomalyGroup const& group)
{
    auto const count = group.count;
    view.total += count;
    auto& by_status = view.byStatus;
    (group.status == "open"           ? by_status.open
     : group.status == "acknowledged" ? by_status.acknowledged
                                      : by_status.resolved) += count;
    auto& by_severity = view.bySeverity;
    (group.severity == "critical" ? by_severity.critical
     : group.severity == "high"   ? by_severity.high
     : group.severity == "medium" ? by_severity.medium
                                  : by_severity.low) += count;
}

std::string object_of(std::map<std::string, std::int64_t> const& counts)
{
    std::string json;
    for (auto const& [name, count] : counts) {
        json += json.empty() ? "{" : ",";
        http::write_string(json, name);
        json += ":" + std::to_string(count);
    }
    return json.empty() ? "{}" : json + "}";
}

} // namespace

AnomalyMetricsView get_anomaly_metrics(http::Request& request)
{
    AnomalyMetricsView view;
    view.window = read_query_word(request, "window", MetricsWindow::words).value_or("24h");
    auto const since = request.now - rules::parse_duration(view.window).value();
    std::map<std::string, std::int64_t> by_rule;
    std::map<std::int64_t, std::int64_t> by_day;
    auto const today = std::chrono::floor<days>(request.now).time_since_epoch().count();
    for (auto day = std::chrono::floor<days>(since).time_since_epoch().count(); day <= today; ++day)
        by_day[day] = 0;
    for (auto const& group :
         storage::count_anomalies(request.db, request.caller().id, since, request.query("agentId")))
    {
        add(view, group);
        by_rule[group.rule_id] += group.count;
        by_day[group.day] += group.count;
    }
    view.totalAlerts = view.total;
    view.openAlerts = view.byStatus.open;
    view.byRule.text = object_of(by_rule);
    for (auto const& [day, count] : by_day)
        view.recentActivity.push_back({date_text(day), count});
    return view;
}

} // namespace api
