// Authorization codes (RFC 6749 4.1.2): the millisecond in which they are made, then 32 random
// bytes. The time also begins what they are found by, so that new codes are stored side by side:
// keys at random would read, write and checkpoint a page of the index each.
#pragma once

#include "storage/database.hpp"

#include <string>
#include <string_view>

namespace api {

// 53 URL-safe characters.
std::string make_code(storage::Timestamp now);

// auth_requests.code_hash of a code: its time as it is, and the SHA-256 of the whole in hex.
std::string code_hash(std::string_view code);

} // namespace api
