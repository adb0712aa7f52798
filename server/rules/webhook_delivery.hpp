// What is sent to a webhook and when: the event's bytes, their signatures, and the waits between
// attempts.
#pragma once

#include "server/rules/time_text.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rules {

// An event as it was stored.
struct EventText
{
    std::string_view id;
    std::string_view type;
    Timestamp created_at;
    std::string_view data; // JSON text of an object
};

// The envelope {"id","type","createdAt","data"}: the same bytes whenever and wherever it is sent.
std::string event_envelope(EventText const& event);

// The envelope of streams, which repeats `data` as `payload` for the Go client.
std::string stream_envelope(EventText const& event);

struct WebhookSignatures
{
    std::string timestamp; // X-Grantex-Timestamp: seconds since 1970
    std::string v2;        // X-Grantex-Signature-V2: of timestamp "." body
    std::string legacy;    // X-Grantex-Signature: of the body
};

// The key is the secret's text as it was handed out, prefix included: "whsec_...".
WebhookSignatures sign_webhook(std::string_view secret, Timestamp now, std::string_view body);

// How long after the failure of the n-th attempt (from 1) the next follows, without jitter.
std::chrono::seconds retry_wait(int attempt);

// The same with 0 to 10 percent added. `random`: any number, evenly distributed.
std::chrono::milliseconds jittered_retry_wait(int attempt, std::uint32_t random);

} // namespace rules
