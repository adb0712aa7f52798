#include "server/streams/event_feed.hpp"

#include "server/rules/stored_json.hpp"
#include "server/rules/webhook_delivery.hpp"
#include "storage/developers.hpp"

#include <SQLiteCpp/Exception.h>

#include <algorithm>

namespace streams {

namespace {

// Of at most 24 KiB each, twice in a frame.
constexpr std::int64_t events_per_read = 20;

} // namespace

EventFeed::EventFeed(server::App& app, http::StreamOpening opening, http::Log log)
    : app_(app), opening_(std::move(opening)), log_(std::move(log))
{}

std::vector<storage::Event> EventFeed::next()
{
    for (;;) {
        auto events = storage::list_events(
            app_.reader, opening_.developer_id, opening_.after_id, events_per_read
        );
        if (events.empty())
            return events;
        opening_.after_id = events.back().id;
        std::erase_if(events, [this](storage::Event const& event) { return !passes(event); });
        if (!events.empty())
            return events;
    }
}

bool EventFeed::passes(storage::Event const& event) const
{
    if (opening_.types && std::ranges::find(*opening_.types, event.type) == opening_.types->end())
        return false;
    if (rules::is_json(event.data))
        return true;
    // Passed over: a consumer that resumes would come to it again and again.
    log_.event(
        "error", {{"code", "STREAM"}, {"event", event.id}, {"cause", "the event is damaged"}}
    );
    return false;
}

void EventFeed::set_types(std::optional<std::vector<std::string>> types)
{
    opening_.types = std::move(types);
}

void EventFeed::set_place(std::string after_id)
{
    opening_.after_id = std::move(after_id);
}

bool EventFeed::is_overfull()
{
    try {
        auto const waiting = storage::count_events_after(
            app_.reader, opening_.developer_id, opening_.after_id, events_waiting_max + 1
        );
        return waiting.events > events_waiting_max || waiting.bytes > bytes_waiting_max;
    } catch (SQLite::Exception const& failure) { // of a timer, where nobody else would see it
        log_.event("error", {{"code", "STREAM"}, {"cause", failure.what()}});
        return true;
    }
}

bool EventFeed::is_allowed()
{
    return storage::find_developer_by_key(app_.reader, opening_.key_hash).has_value();
}

std::string frame_of(storage::Event const& event)
{
    return rules::stream_envelope(
        {.id = event.id, .type = event.type, .created_at = event.created_at, .data = event.data}
    );
}

} // namespace streams
