#include "server/jobs/make_key.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <future>

namespace jobs {

namespace asio = boost::asio;

// The loop asks whether the thread is done: a thread that told the loop could do so while the
// server, and the loop with it, is being taken down. The future waits for its thread at its end.
asio::awaitable<std::optional<crypto::SigningKey>>
make_key(asio::io_context& loop, MakeKey const& make)
{
    constexpr std::chrono::milliseconds between_looks{5};
    auto made = std::async(std::launch::async, [make] {
        auto key = make();
        return key && key->self_test() ? std::move(key) : std::nullopt;
    });
    asio::steady_timer pause{loop};
    while (made.wait_for(std::chrono::seconds{0}) != std::future_status::ready) {
        pause.expires_after(between_looks);
        co_await pause.async_wait(asio::use_awaitable);
    }
    co_return made.get();
}

} // namespace jobs
