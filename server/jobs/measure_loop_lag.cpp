#include "server/jobs/measure_loop_lag.hpp"

namespace jobs {

MeasureLoopLag::MeasureLoopLag(Host host) : host_(std::move(host)), timer_(host_.loop) {}

void MeasureLoopLag::start()
{
    wait();
}

void MeasureLoopLag::stop()
{
    timer_.cancel();
}

void MeasureLoopLag::wait()
{
    timer_.expires_after(interval);
    timer_.async_wait([this](boost::system::error_code stopped) {
        if (stopped)
            return;
        auto const lag = std::chrono::steady_clock::now() - timer_.expiry();
        host_.app.metrics.observe_loop_lag(std::chrono::duration<double>(lag).count());
        wait();
    });
}

} // namespace jobs
