// Coroutines beside the requests.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>

namespace server {

// Starts the coroutine; what it belongs to is kept until it ends. A failure that it does not catch
// is a programming error and ends the process. To be called from plain functions: GCC 12 can
// misplace the frame of a coroutine that contains the call.
void spawn(
    boost::asio::any_io_executor const& executor, boost::asio::awaitable<void> work,
    std::shared_ptr<void const> kept = {}
);

} // namespace server
