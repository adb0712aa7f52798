// Answers that wait for something outside the process. Their handler looks at the request, on the
// reader, and says how it goes on; that runs beside other requests and holds no transaction.
#pragma once

#include "server/http/error.hpp"

#include <functional>
#include <variant>

namespace server {
class Resolver;
}
namespace jobs {
struct Host;
}

namespace http {

// What such an answer may wait with.
struct Waiting
{
    jobs::Host& host; // for writing what came of it (jobs/host.hpp)
    server::Resolver& resolver;
};

template<class View> using Done = std::function<void(std::variant<View, ApiError>)>;

// `go_on` calls `done` once, on the loop.
template<class View> struct Later
{
    std::function<void(Waiting& waiting, Done<View> done)> go_on;
};

} // namespace http
