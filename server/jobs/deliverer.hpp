// One kind of what is delivered from rows of the database, as the queues see it.
#pragma once

#include "server/jobs/connection_pool.hpp"
#include "storage/timestamp.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace jobs {

// What an attempt came to. `note` writes it down; the next attempt is made meanwhile. False: it
// could not be stored.
struct Attempt
{
    bool succeeded = true;
    std::function<boost::asio::awaitable<bool>()> note{}; // nothing: there was nothing to send
};

class Deliverer
{
public:
    virtual ~Deliverer() = default;

    // Targets (endpoints, channels) that have something pending; what a target is due, the longest
    // due first; and when its next is due. Each may throw SQLite::Exception.
    virtual std::vector<std::string> targets_with_work() = 0;
    virtual std::vector<std::string>
    due(std::string const& target, storage::Timestamp now, std::int64_t limit) = 0;
    virtual std::optional<storage::Timestamp> next_due(std::string const& target) = 0;

    virtual boost::asio::awaitable<Attempt>
    attempt(std::string const& id, ConnectionPool& pool) = 0;
};

} // namespace jobs
