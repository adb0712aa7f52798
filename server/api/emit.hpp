// Writing down what happened, in the transaction in which it happens (transactional outbox).
#pragma once

#include "server/http/write_view.hpp"
#include "server/turn.hpp"

namespace api {

// `data`: JSON text of an object with the members of the event catalogue.
// Returns the id of the event.
std::string emit_json(
    server::Turn& turn, std::string_view developer_id, std::string_view type, std::string data
);

// `data`: a described struct with those members.
template<class Data>
std::string
emit(server::Turn& turn, std::string_view developer_id, std::string_view type, Data const& data)
{
    return emit_json(turn, developer_id, type, http::write_view(data).text);
}

} // namespace api
