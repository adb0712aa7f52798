// What a handler says of the stream that its answer becomes.
#pragma once

#include "server/http/message.hpp"
#include "server/stream_slots.hpp"

#include <optional>
#include <string>
#include <vector>

namespace http {

struct StreamOpening
{
    server::StreamKind kind = server::StreamKind::sse;
    std::string developer_id;
    std::string key_hash;                            // of the API key: the stream ends with it
    std::optional<std::vector<std::string>> types{}; // nothing: every event
    std::string after_id;                            // events after the one with this id
    server::StreamSlots::Lease slot{};               // nothing: a WebSocket that is one too many
};

// The answer of a handler: from then on the connection carries events.
struct EventStream
{
    StreamOpening opening;
    Headers headers{};
};

// The same, after an upgrade (101).
struct WebSocketStream : EventStream
{};

} // namespace http
