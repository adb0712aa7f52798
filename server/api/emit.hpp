// Writing down what happened, in the transaction in which it happens.
#pragma once

#include "server/http/request.hpp"
#include "server/http/write_view.hpp"
#include "storage/events.hpp"

namespace api {

// `data` is a described struct with the members of the event catalogue.
template<class Data>
void emit(
    http::Request& request, std::string_view developer_id, std::string_view type, Data const& data
)
{
    storage::insert_event(
        request.db, {.id = request.next_id("evt"),
                     .developer_id = std::string{developer_id},
                     .type = std::string{type},
                     .data = http::write_view(data).text,
                     .created_at = request.now}
    );
}

} // namespace api
