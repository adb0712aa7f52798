#include "server/rules/key_lives.hpp"

namespace rules {

namespace {

// A key that went before its time has signed nothing and ends no other's.
bool ever_signs(KeyTimes const& key)
{
    return !key.gone_at || *key.gone_at > key.signs_from;
}

std::optional<std::size_t> active_of(std::span<KeyTimes const> keys, Timestamp now)
{
    std::optional<std::size_t> active;
    for (std::size_t i = 0; i < keys.size(); ++i)
        if (!keys[i].gone_at && (!active || keys[i].signs_from <= now))
            active = i;
    return active;
}

} // namespace

std::string_view name_of(KeyState state)
{
    switch (state) {
    case KeyState::next:
        return "next";
    case KeyState::active:
        return "active";
    case KeyState::retired:
        return "retired";
    case KeyState::gone:
        break;
    }
    return "gone";
}

std::vector<KeyLife> judge_keys(std::span<KeyTimes const> keys, Timestamp now)
{
    std::vector<KeyLife> lives(keys.size());
    auto const active = active_of(keys, now);
    std::optional<Timestamp> stops; // when the key after it begins
    for (auto i = keys.size(); i-- > 0;) {
        auto& life = lives[i];
        if (stops)
            life.verifies_until = *stops + keys[i].token_ttl;
        if (ever_signs(keys[i]))
            stops = keys[i].signs_from;
        if (keys[i].gone_at)
            life.verifies_until = keys[i].gone_at;
        else if (i == active)
            life.state = KeyState::active;
        else if (i > active)
            life.state = KeyState::next;
        else if (life.verifies_until > now)
            life.state = KeyState::retired;
    }
    return lives;
}

bool needs_successor(
    Timestamp signs_from, std::chrono::seconds period, std::chrono::seconds lead, Timestamp now
)
{
    return period > std::chrono::seconds{0} && signs_from <= now + lead - period;
}

} // namespace rules
