// What one stream has still to send: a place in the developer's events and a filter. Events are
// read from the database when there is room to send them, so a slow reader costs no memory.
#pragma once

#include "server/app.hpp"
#include "server/http/log.hpp"
#include "server/http/stream_opening.hpp"
#include "storage/events.hpp"

#include <vector>

namespace streams {

class EventFeed
{
public:
    EventFeed(server::App& app, http::StreamOpening opening, http::Log log);

    // The next events that pass the filter, at most a few; none: there are no more yet.
    std::vector<storage::Event> next();

    void set_types(std::optional<std::vector<std::string>> types);
    void set_place(std::string after_id);

    // More waits than a consumer that keeps up would leave: events_waiting_max or
    // bytes_waiting_max.
    [[nodiscard]] bool is_overfull();

    // The API key still opens it.
    [[nodiscard]] bool is_allowed();

    // The stream has ended: its developer may open another one.
    void release_slot() { opening_.slot.reset(); }

    [[nodiscard]] server::App& app() { return app_; }
    [[nodiscard]] http::StreamOpening const& opening() const { return opening_; }

    static constexpr std::int64_t events_waiting_max = 1000;
    static constexpr std::int64_t bytes_waiting_max = 1024 * 1024;

private:
    [[nodiscard]] bool passes(storage::Event const& event) const;

    server::App& app_;
    http::StreamOpening opening_;
    http::Log log_;
};

// The envelope as one line of JSON.
std::string frame_of(storage::Event const& event);

} // namespace streams
