// One ULID after another: the arithmetic behind Ids (github.com/ulid/spec).
#pragma once

#include "crypto/ids.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace crypto {

// Big-endian: 6 bytes of milliseconds since 1970, 10 bytes of randomness.
using Ulid = std::array<unsigned char, 16>;

// The ULID to give out after `last`: fresh randomness when `now` is a later millisecond, else
// `last` plus a random step. Always greater than `last`; where the random part overflows, the
// milliseconds take the carry.
Ulid next_ulid(Ulid const& last, Timestamp now);

// The greatest of all that carry this time.
Ulid last_ulid(Timestamp time);

// 26 characters of Crockford's base32, which sort as the numbers do.
std::string ulid_text(Ulid const& ulid);

// The milliseconds of such a text; nothing when it is none.
std::optional<Timestamp> ulid_time(std::string_view text);

} // namespace crypto
