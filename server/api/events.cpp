#include "server/api/events.hpp"

#include "crypto/hash.hpp"
#include "server/event_place.hpp"
#include "server/http/authenticate.hpp"
#include "server/rules/comma_list.hpp"
#include "server/rules/time_text.hpp"
#include "storage/events.hpp"

#include <algorithm>

namespace api {

namespace {

using server::StreamKind;

constexpr std::string_view blanks = " \t"; // RFC 9110 5.6.3

http::StreamOpening opening_of(http::Request& request, StreamKind kind)
{
    auto const& caller = request.caller().id;
    return {
        .kind = kind,
        .developer_id = caller,
        .key_hash = crypto::hex(crypto::sha256(http::presented_key(request.message))),
        .after_id = storage::find_last_event_id(request.db).value_or(""),
        .slot = request.app.stream_slots.take(
            kind, caller, request.app.config.event_stream_max_connections
        )};
}

bool equal_ignoring_case(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

// RFC 9110 5.6.1: one of a list of tokens.
bool lists_token(std::string_view list, std::string_view token)
{
    return std::ranges::any_of(rules::comma_items(list, blanks), [&](std::string const& each) {
        return equal_ignoring_case(each, token);
    });
}

// RFC 6455 4.2.1.
bool is_upgrade(http::Message const& message)
{
    constexpr std::size_t key_characters = 24; // of base64: 16 bytes
    return message.method == "GET" && lists_token(message.header("upgrade"), "websocket") &&
           lists_token(message.header("connection"), "upgrade") &&
           message.header("sec-websocket-key").size() == key_characters &&
           message.header("sec-websocket-version") == "13";
}

} // namespace

http::EventStream stream_events(http::Request& request)
{
    std::optional<server::EventPlace> place;
    if (auto const since = request.query("since")) {
        auto const time = rules::parse_time(*since);
        if (!time)
            throw http::bad_request("since must be an RFC 3339 time");
        place = server::place_after_time(request, *time);
    }
    if (auto const id = request.message.header("last-event-id"); !id.empty())
        place = server::place_after_event(request, request.caller().id, id);

    http::EventStream stream{.opening = opening_of(request, StreamKind::sse)};
    if (!stream.opening.slot)
        throw http::too_many_streams(request.app.config.event_stream_max_connections);
    auto types = rules::comma_items(request.query("types").value_or(""), blanks);
    if (!types.empty()) // nothing named: every event
        stream.opening.types = std::move(types);
    stream.headers = {{"Cache-Control", "no-cache, no-transform"}, {"X-Accel-Buffering", "no"}};
    if (place) {
        stream.opening.after_id = place->after_id;
        if (place->is_gap)
            stream.headers.emplace_back("X-Grantex-Stream-Gap", "true");
    }
    return stream;
}

// One too many is told after the upgrade: WebSocket clients see close codes, not statuses.
http::WebSocketStream stream_events_web_socket(http::Request& request)
{
    if (!is_upgrade(request.message))
        throw http::upgrade_required();
    return {{.opening = opening_of(request, StreamKind::websocket)}};
}

} // namespace api
