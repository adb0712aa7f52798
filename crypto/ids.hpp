// Identifiers: a prefix, an underscore and a ULID (26 Crockford base32 characters: 48 bits of
// milliseconds, 80 random bits). Monotonic: within one millisecond, and when the clock steps back,
// the random part counts up, so that ids made later sort later. Keys that only grow keep a B-tree's
// inserts at its end, which is worth a factor of ten on disk.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace crypto {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

class Ids
{
public:
    // next("ag", now) -> "ag_01KJPWD6M0W17VDP01P914P7ZE". Not thread-safe: it belongs to the loop.
    std::string next(std::string_view prefix, Timestamp now);

private:
    std::array<unsigned char, 16> last_{};
};

// When the id was made, rounded to what a ULID keeps: milliseconds. Nothing for a text that is not
// prefix_<ULID>.
std::optional<Timestamp> id_time(std::string_view id);

// The greatest id of this prefix that can be made at this time: ids made later are above it.
std::string last_id_at(std::string_view prefix, Timestamp time);

} // namespace crypto
