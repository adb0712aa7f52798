#include "server/api/emit.hpp"

#include "server/rules/event_data.hpp"
#include "storage/deliveries.hpp"
#include "storage/events.hpp"
#include "storage/webhooks.hpp"

namespace api {

std::string emit_json(
    server::Turn& turn, std::string_view developer_id, std::string_view type, std::string data
)
{
    auto id = turn.next_id("evt");
    storage::insert_event(
        turn.db, {.id = id,
                  .developer_id = std::string{developer_id},
                  .type = std::string{type},
                  .data = rules::bounded_event_data(std::move(data)),
                  .created_at = turn.now}
    );
    turn.app.outbox.developers.emplace(developer_id);
    for (auto const& [webhook_id, url] : storage::list_subscribers(turn.db, developer_id, type)) {
        storage::insert_delivery(
            turn.db, {.id = turn.next_id("whd"),
                      .webhook_id = webhook_id,
                      .event_id = id,
                      .url = url,
                      .created_at = turn.now}
        );
        turn.app.outbox.webhooks.insert(webhook_id);
    }
    return id;
}

} // namespace api
