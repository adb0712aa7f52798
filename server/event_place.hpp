// The place in a developer's events that the client of a stream names when it comes back.
#pragma once

#include "server/turn.hpp"

namespace server {

struct EventPlace
{
    std::string after_id; // the stream goes on after the event with this id
    bool is_gap = false;  // it is older than what is held: events may be missing
};

EventPlace
place_after_event(Turn const& turn, std::string_view developer_id, std::string_view event_id);
EventPlace place_after_time(Turn const& turn, storage::Timestamp time);

} // namespace server
