// Moves counted verifications from memory into the database: every second, and the rest when the
// server stops. What a crash loses is what was counted since the last write.
#pragma once

#include "server/jobs/host.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>

namespace jobs {

class WriteUsage
{
public:
    explicit WriteUsage(Host host);

    void start();

    // Writes what is left and then calls `finished`, on the loop. To be called once, after start()
    // and when nothing is counted any more. A disk that fails now loses the rest; the log says so.
    void finish(std::function<void()> finished);

    static constexpr std::chrono::milliseconds interval{1000};
    static constexpr std::size_t rows_per_write_max = 200; // some milliseconds of the loop

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<bool> write_all();
    void store_count(storage::Database& db, server::VerificationCounts::Count const& count);

    Host host_;
    boost::asio::steady_timer pause_;
    std::function<void()> finished_; // set: the server stops
};

} // namespace jobs
