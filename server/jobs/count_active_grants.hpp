// Keeps the gauge of active grants. An exact number needs a look at every active grant, since they
// also end by the clock, when nothing happens. So the job walks the index grants_live, developer by
// developer, for some milliseconds at a time, with pauses in which requests run; no request ever
// counts, and no write keeps a counter that time would make wrong. A pass takes about 0.3 us a
// grant. What changes while it runs is counted as it was met: a gauge, not a balance.
#pragma once

#include "server/jobs/host.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace jobs {

class CountActiveGrants
{
public:
    explicit CountActiveGrants(Host host);

    void start();
    void stop();

    // A pass, its pauses included, ends well within a minute up to some millions of grants.
    static constexpr std::chrono::seconds between_passes{30};
    static constexpr std::chrono::milliseconds slice{2};
    static constexpr std::chrono::milliseconds between_slices{10};
    static constexpr std::int64_t grants_per_step = 1000;
    static constexpr std::int64_t developers_per_step = 100;

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<std::int64_t> count_all();
    boost::asio::awaitable<std::int64_t> count_of(std::string const& developer_id);
    boost::asio::awaitable<void> breathe();
    boost::asio::awaitable<void> pause(std::chrono::milliseconds time);

    Host host_;
    boost::asio::steady_timer pause_;
    std::chrono::steady_clock::time_point slice_ends_{};
    bool stopping_ = false;
};

} // namespace jobs
