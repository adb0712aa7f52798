#include "server/api/emit.hpp"

#include "storage/events.hpp"

namespace api {

void emit_json(
    server::Turn& turn, std::string_view developer_id, std::string_view type, std::string data
)
{
    storage::insert_event(
        turn.db, {.id = turn.next_id("evt"),
                  .developer_id = std::string{developer_id},
                  .type = std::string{type},
                  .data = std::move(data),
                  .created_at = turn.now}
    );
    turn.app.outbox.events = true;
}

} // namespace api
