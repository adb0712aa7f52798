// Replaces the signing key when it has signed for as long as the settings say, and forgets keys
// whose last token has expired. Which key signs follows from the rows and the clock, so that this
// only has to make the next one in time; what a restart interrupts is found again by the next look.
#pragma once

#include "server/jobs/host.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <string>

namespace jobs {

class RotateSigningKeys
{
public:
    explicit RotateSigningKeys(Host host);

    void start();
    void stop();

    // One look.
    boost::asio::awaitable<void> look();

    static constexpr std::chrono::seconds between_looks{60};

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> settle();
    boost::asio::awaitable<void> make_successor_when_due();
    void tell_who_signs();

    Host host_;
    boost::asio::steady_timer pause_;
    std::string active_; // the kid that signed at the last look
    bool stopping_ = false;
};

} // namespace jobs
