#include "server/spawn.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>

namespace server {

void spawn(
    boost::asio::any_io_executor const& executor, boost::asio::awaitable<void> work,
    std::shared_ptr<void const> kept
)
{
    boost::asio::co_spawn(
        executor, std::move(work),
        [kept = std::move(kept)](std::exception_ptr const& failure) {
            if (failure)
                std::rethrow_exception(failure);
        }
    );
}

} // namespace server
