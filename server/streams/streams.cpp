#include "server/streams/streams.hpp"

#include "server/streams/sse_stream.hpp"
#include "server/streams/ws_stream.hpp"

namespace streams {

void Streams::open(
    http::TakenConnection& taken, http::Message const& message, http::StreamOpening opening
)
{
    auto const developer = opening.developer_id;
    auto const kind = opening.kind;
    EventFeed feed{app_, std::move(opening), log_};
    std::shared_ptr<Stream> stream;
    if (kind == server::StreamKind::sse)
        stream = std::make_shared<SseStream>(taken, std::move(feed), log_);
    else
        stream = make_ws_stream(taken, message, std::move(feed), log_);
    std::erase_if(open_, [](auto const& entry) { return entry.second.expired(); });
    open_.emplace(developer, stream);
    stream->start();
    if (stopping_)
        stream->stop();
}

void Streams::wake(std::set<std::string> const& developer_ids)
{
    for (auto const& id : developer_ids)
        for (auto [at, end] = open_.equal_range(id); at != end; ++at)
            if (auto const stream = at->second.lock())
                stream->wake();
}

void Streams::stop()
{
    stopping_ = true;
    for (auto const& [id, weak] : open_)
        if (auto const stream = weak.lock())
            stream->stop();
}

} // namespace streams
