// A connection that left its session, because an answer turned it into a stream.
#pragma once

#include "server/http/message.hpp"
#include "server/http/output.hpp"

namespace http {

struct TakenConnection
{
    Channel channel;
    std::string unsent; // to be written first: the head of the answer, but for 101
    Headers headers;    // of the answer, for whoever writes a 101
};

} // namespace http
