// Measures how late the loop comes to what is due: a timer that fires twice a second. Whatever
// holds the loop up (a slow statement, a large answer) shows here.
#pragma once

#include "server/jobs/host.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace jobs {

class MeasureLoopLag
{
public:
    explicit MeasureLoopLag(Host host);

    void start();
    void stop();

    static constexpr std::chrono::milliseconds interval{500};

private:
    void wait();

    Host host_;
    boost::asio::steady_timer timer_;
};

} // namespace jobs
