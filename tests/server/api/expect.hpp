// What answers have to look like: the error envelope, exact member names, the contents of tokens,
// and the events a request leaves behind.
#pragma once

#include "storage/events.hpp"
#include "tests/support/api_server.hpp"

#include <boost/json/object.hpp>

namespace support {

// The envelope of the core contract's "Errors": exactly its five members, the id repeated in
// X-Request-Id. An empty message stands for any.
void expect_error(
    Answer const& answer, unsigned status, std::string_view code, std::string_view message = {}
);

// Exactly these members, given as "agentId id did", in any order.
void expect_members(boost::json::object const& object, std::string_view names);
void expect_members(Answer const& answer, std::string_view names);

bool is_uuid_v4(std::string_view text);
bool is_timestamp(std::string_view text); // 2026-03-02T09:00:00.000Z
// prefix_<ULID>: 26 characters of upper-case Crockford base32.
bool is_id(std::string_view text, std::string_view prefix);
bool is_secret(std::string_view text); // 43 base64url characters: 32 random bytes
bool is_code(std::string_view text);   // a secret after the ten characters of a ULID's time

boost::json::object token_header(std::string_view token);
boost::json::object token_claims(std::string_view token);

// `text` with every member of these names taken out: for answers that differ only in an id.
boost::json::object without(Answer const& answer, std::initializer_list<char const*> names);

std::string developer_id(ApiServer& server, std::string const& key);
std::vector<storage::Event> events_of(ApiServer& server, std::string const& key);
std::string event_types(ApiServer& server, std::string const& key); // "grant.created token.issued"
boost::json::object event_data(storage::Event const& event);

// How many rows the table has; what is written is counted through the reader, hence durable.
std::int64_t rows_of(ApiServer& server, std::string const& table);

std::string json_text(std::string_view text);
// {"refreshToken":"...","agentId":"..."}
std::string refresh_body(Answer const& granted, std::string_view agent_id);
std::string code_body(std::string_view code, std::string_view agent_id);
std::string token_body(std::string_view token); // {"token":"..."}

} // namespace support
