// Removes what has been kept long enough: finished deliveries, notifications and events. A few rows
// a turn, so that requests go on between.
#pragma once

#include "server/jobs/host.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace jobs {

class ExpireRows
{
public:
    explicit ExpireRows(Host host);

    void start();
    void stop();

    static constexpr std::chrono::seconds interval{60};
    static constexpr std::int64_t rows_per_slice = 200;

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> expire();

    Host host_;
    boost::asio::steady_timer pause_;
    bool stopping_ = false;
};

} // namespace jobs
