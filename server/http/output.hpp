// The bytes a connection still has to send.
#pragma once

#include "server/http/channel.hpp"
#include "server/http/listener.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace http {

class Output
{
public:
    using Time = std::chrono::steady_clock::time_point;
    enum class Outcome
    {
        done,
        blocked,
        failed
    };

    [[nodiscard]] std::string& text() { return text_; } // for appending
    [[nodiscard]] std::size_t unsent() const { return text_.size() - sent_; }
    [[nodiscard]] std::size_t held() const { return text_.capacity(); } // bytes of memory
    [[nodiscard]] bool empty() const { return text_.empty(); }

    // What is still to be sent, for whoever goes on writing.
    [[nodiscard]] std::string take() { return std::exchange(text_, {}).substr(sent_); }

    Outcome write(Channel& channel);

    // Whether the other side takes nothing, or so little that it only means to stay.
    [[nodiscard]] bool is_late(Time now, ListenerLimits const& limits) const;

private:
    std::string text_;
    std::size_t sent_ = 0;
    bool blocked_ = false;
    Time blocked_at_;
    Time progress_at_;
    std::size_t sent_since_ = 0; // bytes since blocked_at_
};

} // namespace http
