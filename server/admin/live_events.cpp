#include "server/admin/live_events.hpp"

#include "server/rules/time_text.hpp"
#include "storage/events.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>

namespace admin {

namespace {

constexpr std::chrono::milliseconds look_again{200};
constexpr std::int64_t at_once = 100;
constexpr int quiet_looks_max = 50; // then a blank line tells whether somebody listens

boost::json::object line_of(storage::Event const& event)
{
    boost::json::object line;
    line["id"] = event.id;
    line["developerId"] = event.developer_id;
    line["type"] = event.type;
    line["createdAt"] = rules::time_text(event.created_at);
    boost::system::error_code error;
    auto data = boost::json::parse(event.data, error);
    if (error) // shown as it is
        data = event.data;
    line["data"] = std::move(data);
    return line;
}

} // namespace

Answer tail_events(Call& call)
{
    auto& host = call.host;
    auto const developer = call.find_text("developer");
    auto const type = call.find_text("type");
    boost::asio::steady_timer pause{host.loop};
    std::string last = storage::find_last_event_id(host.app.reader).value_or("");
    for (int quiet = 0;;) {
        auto const events = jobs::read(host, [&] {
            return storage::list_all_events(host.app.reader, last, at_once);
        });
        ++quiet;
        for (auto const& event : events) {
            last = event.id;
            if ((developer && *developer != event.developer_id) || (type && *type != event.type))
                continue;
            quiet = 0;
            auto line = line_of(event);
            auto const heard = co_await call.say(std::move(line));
            if (!heard)
                co_return boost::json::object{};
        }
        if (quiet > quiet_looks_max) {
            quiet = 0;
            auto const heard = co_await call.say(boost::json::object{});
            if (!heard)
                co_return boost::json::object{};
        }
        if (events.size() < static_cast<std::size_t>(at_once)) {
            pause.expires_after(look_again);
            co_await pause.async_wait(boost::asio::use_awaitable);
        }
    }
}

} // namespace admin
