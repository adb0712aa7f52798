// An open stream, as those see it who wake it and end it.
#pragma once

#include <chrono>

namespace streams {

class Stream
{
public:
    virtual ~Stream() = default;

    virtual void start() = 0;
    virtual void wake() = 0; // there may be events to send
    virtual void stop() = 0; // the server stops: says so and closes

    // A reader that takes nothing for so long is dropped when more waits than it may leave
    // (EventFeed::is_overfull), and after the longer time in any case.
    static constexpr std::chrono::seconds stuck_time{5};
    static constexpr std::chrono::seconds stuck_time_max{30};

    // Between looks at whether the API key still holds, and at most between bytes of SSE.
    static constexpr std::chrono::seconds quiet_time_max{15};
};

} // namespace streams
