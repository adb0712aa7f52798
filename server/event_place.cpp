#include "server/event_place.hpp"

#include "storage/events.hpp"

namespace server {

namespace {

// Below every id of the resume window.
std::string oldest_held(Turn const& turn)
{
    return crypto::first_id("evt", turn.now - turn.app.config.event_stream_retention);
}

} // namespace

EventPlace place_after_time(Turn const& turn, storage::Timestamp time)
{
    auto const after = crypto::first_id("evt", time + std::chrono::milliseconds{1});
    auto const oldest = oldest_held(turn);
    return after < oldest ? EventPlace{oldest, true} : EventPlace{after, false};
}

EventPlace
place_after_event(Turn const& turn, std::string_view developer_id, std::string_view event_id)
{
    auto const oldest = oldest_held(turn);
    if (event_id < oldest || !storage::find_event(turn.db, developer_id, event_id))
        return {oldest, true};
    return {std::string{event_id}, false};
}

} // namespace server
