#include "server/rules/webhook_delivery.hpp"

#include "crypto/hash.hpp"

#include <algorithm>

namespace rules {

namespace {

// Ids, types and times need no escapes.
std::string envelope_start(EventText const& event)
{
    std::string text = R"({"id":")";
    text += event.id;
    text += R"(","type":")";
    text += event.type;
    text += R"(","createdAt":")";
    text += time_text(event.created_at);
    text += R"(","data":)";
    text += event.data;
    return text;
}

std::string signature(std::string_view secret, std::string_view message)
{
    auto const* const bytes = reinterpret_cast<unsigned char const*>(secret.data());
    return "sha256=" + crypto::hex(crypto::hmac_sha256({bytes, secret.size()}, message));
}

} // namespace

std::string event_envelope(EventText const& event)
{
    return envelope_start(event) + "}";
}

std::string stream_envelope(EventText const& event)
{
    return envelope_start(event) + R"(,"payload":)" + std::string{event.data} + "}";
}

WebhookSignatures sign_webhook(std::string_view secret, Timestamp now, std::string_view body)
{
    auto const timestamp = std::to_string(whole_seconds(now));
    return {
        .timestamp = timestamp,
        .v2 = signature(secret, timestamp + "." + std::string{body}),
        .legacy = signature(secret, body)};
}

std::chrono::seconds retry_wait(int attempt)
{
    constexpr std::chrono::seconds first{30}, longest{3600};
    auto wait = first;
    for (int i = 1; i < attempt && wait < longest; ++i)
        wait *= 2;
    return std::min(wait, longest);
}

std::chrono::milliseconds jittered_retry_wait(int attempt, std::uint32_t random)
{
    std::chrono::milliseconds const wait = retry_wait(attempt);
    return wait + wait * (random % 1001) / 10'000;
}

} // namespace rules
