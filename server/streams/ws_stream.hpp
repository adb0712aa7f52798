// A stream of events over WebSocket (RFC 6455). Its transport is known to its source file alone,
// since that takes long to compile.
#pragma once

#include "server/http/log.hpp"
#include "server/http/taken_connection.hpp"
#include "server/streams/event_feed.hpp"
#include "server/streams/stream.hpp"

#include <memory>

namespace streams {

// `message`: the upgrade request.
std::shared_ptr<Stream> make_ws_stream(
    http::TakenConnection& taken, http::Message const& message, EventFeed feed, http::Log log
);

} // namespace streams
