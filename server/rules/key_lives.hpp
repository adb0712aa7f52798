// What each signing key is at a moment: it follows from when the keys sign and the clock alone, so
// that nothing has to happen for one key to take over from another (core contract, section 1).
#pragma once

#include "server/rules/token_lifetimes.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace rules {

struct KeyTimes
{
    Timestamp signs_from;
    std::chrono::seconds token_ttl{};   // no token it signs lives longer
    std::optional<Timestamp> gone_at{}; // its tokens are dead
};

enum class KeyState
{
    next,    // published, does not sign yet
    active,  // signs
    retired, // verifies the last of its tokens
    gone     // neither published nor kept
};
std::string_view name_of(KeyState state);

struct KeyLife
{
    KeyState state = KeyState::gone;
    // When the last of its tokens expires; nothing while no other key is to sign after it.
    std::optional<Timestamp> verifies_until;
};

// One for each of `keys`, which stand in the order in which they sign. One key is active unless all
// are gone, whatever the clock says: the last whose time has come, else the first.
std::vector<KeyLife> judge_keys(std::span<KeyTimes const> keys, Timestamp now);

// Whether a key that shall sign for `period` needs its successor now: this is published `lead`
// before it signs. Never with a period of zero.
bool needs_successor(
    Timestamp signs_from, std::chrono::seconds period, std::chrono::seconds lead, Timestamp now
);

} // namespace rules
