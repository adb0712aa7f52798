#include "server/event_place.hpp"

#include "storage/events.hpp"

namespace server {

namespace {

// Below every id of the resume window: the last one before it.
std::string oldest_held(Turn const& turn)
{
    auto const start = turn.now - turn.app.config.event_stream_retention;
    return crypto::last_id_at("evt", start - std::chrono::milliseconds{1});
}

} // namespace

EventPlace place_after_time(Turn const& turn, storage::Timestamp time)
{
    auto const after = crypto::last_id_at("evt", time);
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
