// An event as it is sent to a receiver that checks signatures: the endpoint of a webhook, or a
// channel of that kind.
#pragma once

#include "server/jobs/outbound_connection.hpp"
#include "server/rules/webhook_delivery.hpp"

namespace jobs {

struct SignedDelivery
{
    rules::EventText event;
    std::string_view id; // of the delivery
    int attempt = 1;     // which one this is
    std::string_view secret;
    bool legacy_signature = true; // send the one that does not cover the time, too
};

// Signed now. The URL is the caller's to set.
OutboundRequest event_request(SignedDelivery const& delivery, rules::Timestamp now);

} // namespace jobs
