// What the session hands to the dispatcher and gets back: one HTTP exchange without the socket.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

using Header = std::pair<std::string, std::string>; // names of incoming headers are lower case
using Headers = std::vector<Header>;

// A request that passed the strict layer: framing is unambiguous, header count and sizes are within
// their limits, the target is origin-form visible ASCII, and there is exactly one Host (HTTP/1.0
// may have none).
struct Message
{
    std::string method; // as sent, e.g. "GET"
    std::string target; // path and query, still percent-encoded; starts with '/'
    Headers headers;
    std::string body;
    std::string peer_address; // of the socket, e.g. "127.0.0.1" or "::1"
    std::chrono::steady_clock::time_point received;

    // The value of the header with this lower-case name; empty when absent. Of several: the first.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] bool has_header(std::string_view name) const;
    [[nodiscard]] int count_header(std::string_view name) const;
    [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const; // in their order
};

struct TakenConnection; // taken_connection.hpp

struct Response
{
    unsigned status = 200;
    Headers headers; // without Content-Length, Date and Connection: the session writes those
    std::string body;
    bool close = false; // close the connection after this answer
    // Set: this is the last answer here, and the connection goes on as a stream. The head of the
    // answer is still to be written, but for 101, which the taker writes.
    std::function<void(TakenConnection&)> take_over{};
};

// Called once for every Message, possibly later, always on the loop.
using Respond = std::function<void(Response)>;

// What stands behind the listener. Called on the loop, one call a request.
class Handler
{
public:
    virtual ~Handler() = default;
    virtual void handle(Message message, Respond respond) = 0;

    // Renders the refusal of a request that never became a Message (malformed, too large, too
    // slow): status 400, 408, 413, 414, 417, 431, 501, 503 or 505. The session closes afterwards.
    virtual Response refuse(unsigned status, std::string_view message) = 0;

    // Asked once the headers are complete and before the body is read, so that a body too large for
    // this route can be refused without reading it. In bytes.
    virtual std::size_t body_bytes_max(std::string_view method, std::string_view target) = 0;
};

} // namespace http
