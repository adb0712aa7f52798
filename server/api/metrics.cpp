#include "server/api/metrics.hpp"

#include "storage/anomalies.hpp"
#include "storage/deliveries.hpp"

#include <algorithm>
#include <chrono>

namespace api {

namespace {

// What is a state rather than an event, as it stands now.
void set_gauges(http::Request& request)
{
    auto& metrics = request.app.metrics;
    auto const backlog = storage::find_backlog(request.db);
    std::chrono::duration<double> const age = backlog.oldest_due_at
                                                  ? request.now - *backlog.oldest_due_at
                                                  : storage::Timestamp::duration{};
    metrics.set_webhook_pending(backlog.pending);
    metrics.set_outbox_oldest(std::max(age.count(), 0.0)); // one that waits for its time is not old
    auto const alerts = storage::count_all_anomalies(request.db);
    metrics.set_alerts(alerts.open, alerts.acknowledged, alerts.resolved);
    metrics.set_anomalies_unacknowledged(alerts.open);
    auto const& slots = request.app.stream_slots;
    metrics.set_event_streams(server::StreamTransport::sse, slots.open(server::StreamKind::sse));
    metrics.set_event_streams(
        server::StreamTransport::ws, slots.open(server::StreamKind::websocket)
    );
}

} // namespace

http::Document get_metrics(http::Request& request)
{
    set_gauges(request);
    return {
        .content_type = "text/plain; version=0.0.4; charset=utf-8",
        .body = request.app.metrics.text(server::read_process_stats())};
}

} // namespace api
