#include "server/jobs/event_request.hpp"

namespace jobs {

OutboundRequest event_request(SignedDelivery const& delivery, rules::Timestamp now)
{
    auto const& event = delivery.event;
    OutboundRequest request{.url = {}, .headers = {}, .body = rules::event_envelope(event)};
    auto const signatures = rules::sign_webhook(delivery.secret, now, request.body);
    request.headers = {
        {"X-Grantex-Timestamp", signatures.timestamp},
        {"X-Grantex-Signature-V2", signatures.v2},
        {"X-Grantex-Event", std::string{event.type}},
        {"X-Grantex-Event-Id", std::string{event.id}},
        {"X-Grantex-Delivery", std::string{delivery.id}},
        {"X-Grantex-Attempt", std::to_string(delivery.attempt)}};
    if (delivery.legacy_signature)
        request.headers.emplace_back("X-Grantex-Signature", signatures.legacy);
    return request;
}

} // namespace jobs
