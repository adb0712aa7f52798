// The open streams: opens one for each answer that becomes one, wakes those whose developer has
// new events, and ends them all when the server stops.
#pragma once

#include "server/http/log.hpp"
#include "server/http/taken_connection.hpp"
#include "server/streams/event_feed.hpp"
#include "server/streams/stream.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace streams {

class Streams
{
public:
    Streams(server::App& app, http::Log log) : app_(app), log_(std::move(log)) {}

    void
    open(http::TakenConnection& taken, http::Message const& message, http::StreamOpening opening);
    void wake(std::set<std::string> const& developer_ids);
    void stop();

private:
    server::App& app_;
    http::Log log_;
    std::multimap<std::string, std::weak_ptr<Stream>> open_; // by developer
    bool stopping_ = false;
};

} // namespace streams
