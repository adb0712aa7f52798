// The delivery log of a webhook endpoint.
#pragma once

#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

struct DeliveryView
{
    std::string id;
    std::string webhookId;
    std::string eventId;
    std::string eventType;
    http::OneOf<"pending", "delivered", "failed"> status;
    std::int64_t attempts = 0;
    std::int64_t maxAttempts = 0;
    std::string url;
    http::Nullable<std::string> lastError;
    storage::Timestamp createdAt;
    http::Nullable<storage::Timestamp> deliveredAt;
    http::Nullable<storage::Timestamp> nextAttemptAt;
    http::Nullable<storage::Timestamp> lastAttemptAt;
};
BOOST_DESCRIBE_STRUCT(
    DeliveryView, (),
    (id, webhookId, eventId, eventType, status, attempts, maxAttempts, url, lastError, createdAt,
     deliveredAt, nextAttemptAt, lastAttemptAt)
)

struct DeliveryPageView
{
    std::vector<DeliveryView> deliveries;
    std::int64_t total = 0;
    std::int64_t page = 1;
    std::int64_t pageSize = 20;
};
BOOST_DESCRIBE_STRUCT(DeliveryPageView, (), (deliveries, total, page, pageSize))

DeliveryPageView list_webhook_deliveries(http::Request& request);
http::Accepted<DeliveryView> redeliver_webhook(http::Request& request);

} // namespace api
