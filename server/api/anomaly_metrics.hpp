// How many alerts a stretch of time had, in every way the portal shows them.
#pragma once

#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

using MetricsWindow = http::OneOf<"1h", "6h", "24h", "7d", "30d">;

struct CountByStatusView
{
    std::int64_t open = 0;
    std::int64_t acknowledged = 0;
    std::int64_t resolved = 0;
};
BOOST_DESCRIBE_STRUCT(CountByStatusView, (), (open, acknowledged, resolved))

struct CountBySeverityView
{
    std::int64_t critical = 0;
    std::int64_t high = 0;
    std::int64_t medium = 0;
    std::int64_t low = 0;
};
BOOST_DESCRIBE_STRUCT(CountBySeverityView, (), (critical, high, medium, low))

struct DayCountView
{
    std::string date; // 2026-09-14, UTC
    std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(DayCountView, (), (date, count))

struct AnomalyMetricsView
{
    MetricsWindow window;
    std::int64_t total = 0;
    CountByStatusView byStatus;
    CountBySeverityView bySeverity;
    std::int64_t totalAlerts = 0;
    std::int64_t openAlerts = 0;
    http::RawJson byRule; // counts by rule id
    std::vector<DayCountView> recentActivity;
};
BOOST_DESCRIBE_STRUCT(
    AnomalyMetricsView, (),
    (window, total, byStatus, bySeverity, totalAlerts, openAlerts, byRule, recentActivity)
)

AnomalyMetricsView get_anomaly_metrics(http::Request& request);

} // namespace api
