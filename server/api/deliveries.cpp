#include "server/api/deliveries.hpp"

#include "server/api/webhooks.hpp"
#include "storage/deliveries.hpp"

namespace api {

namespace {

DeliveryView view(storage::Delivery const& delivery, int attempts_max)
{
    return {
        .id = delivery.id,
        .webhookId = delivery.webhook_id,
        .eventId = delivery.event_id,
        .eventType = delivery.event_type,
        .status = delivery.status,
        .attempts = delivery.attempts,
        .maxAttempts = attempts_max,
        .url = delivery.url,
        .lastError = delivery.last_error,
        .createdAt = delivery.created_at,
        .deliveredAt = delivery.delivered_at,
        .nextAttemptAt = delivery.due_at,
        .lastAttemptAt = delivery.last_attempt_at};
}

std::int64_t total_of(storage::DeliveryCounts const& counts, std::string_view status)
{
    return status == "pending"     ? counts.pending
           : status == "delivered" ? counts.delivered
           : status == "failed"    ? counts.failed
                                   : counts.pending + counts.delivered + counts.failed;
}

} // namespace

DeliveryPageView list_webhook_deliveries(http::Request& request)
{
    constexpr std::int64_t size_max = 100, size_default = 20;
    auto const webhook = find_webhook_of_path(request); // before the parameters are looked at
    auto const page = request.exact_page(size_max, size_default, http::LargeSize::reduced);
    auto const status = request.query("status").value_or("");
    if (!status.empty() && status != "pending" && status != "delivered" && status != "failed")
        throw http::bad_request("status must be pending, delivered or failed");
    auto const counts = storage::find_delivery_counts(request.db, webhook.id);
    DeliveryPageView shown{
        .deliveries = {},
        .total = total_of(counts, status),
        .page = page.number,
        .pageSize = page.size};
    for (auto const& delivery : storage::list_deliveries(request.db, webhook.id, status, page))
        shown.deliveries.push_back(view(delivery, request.app.config.webhook_max_attempts));
    return shown;
}

http::Accepted<DeliveryView> redeliver_webhook(http::Request& request)
{
    auto const webhook = find_webhook_of_path(request);
    auto const& id = request.path("deliveryId");
    auto const finished = storage::find_delivery(request.db, webhook.id, id);
    if (!finished)
        throw http::not_found("Delivery");
    if (finished->status == "pending")
        throw http::delivery_pending();
    auto const again = request.next_id("whd");
    storage::insert_delivery(
        request.db, {.id = again,
                     .webhook_id = webhook.id,
                     .event_id = finished->event_id,
                     .url = webhook.url,
                     .created_at = request.now}
    );
    request.app.outbox.webhooks.insert(webhook.id);
    auto const made = storage::find_delivery(request.db, webhook.id, again);
    return {view(made.value(), request.app.config.webhook_max_attempts)};
}

} // namespace api
