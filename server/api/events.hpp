// Events as they happen: server-sent events and WebSocket.
#pragma once

#include "server/http/route.hpp"

namespace api {

http::EventStream stream_events(http::Request& request);
http::WebSocketStream stream_events_web_socket(http::Request& request);

} // namespace api
