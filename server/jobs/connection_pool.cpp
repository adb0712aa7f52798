#include "server/jobs/connection_pool.hpp"

#include <optional>

namespace jobs {

namespace asio = boost::asio;

asio::awaitable<unsigned> ConnectionPool::post(OutboundRequest const& request)
{
    std::optional<OutboundFailure> failure;
    for (;;) {
        auto const connection = take(request.url);
        auto const reused = connection->is_open();
        in_use_.insert(connection);
        unsigned status = 0;
        failure.reset();
        try {
            status = co_await connection->post(request);
        } catch (OutboundFailure const& lost) {
            failure.emplace(lost);
        }
        in_use_.erase(connection);
        if (!failure) {
            if (connection->is_open() && !aborted_)
                kept_.push_back(connection);
            co_return status;
        }
        // A kept connection may have been closed by the receiver meanwhile: that is no failure.
        if (!reused || failure->outcome() != server::AttemptOutcome::other || aborted_)
            throw *failure;
    }
}

std::shared_ptr<OutboundConnection> ConnectionPool::take(rules::HttpUrl const& url)
{
    while (!kept_.empty()) {
        auto connection = std::move(kept_.back());
        kept_.pop_back();
        if (connection->is_open() && connection->serves(url))
            return connection;
        connection->abort();
    }
    return std::make_shared<OutboundConnection>(outbound_);
}

void ConnectionPool::close_kept()
{
    for (auto const& connection : kept_)
        connection->abort();
    kept_.clear();
}

void ConnectionPool::abort()
{
    aborted_ = true;
    close_kept();
    for (auto const& connection : in_use_)
        connection->abort();
}

} // namespace jobs
