#include "server/rules/token_lifetimes.hpp"

#include <algorithm>

namespace rules {

Timestamp floor_to_second(Timestamp time)
{
    // floor, not a cast: a cast rounds times before 1970 up, and `exp` must never be late.
    return std::chrono::floor<std::chrono::seconds>(time);
}

Timestamp grant_expiry(Timestamp now, std::chrono::seconds expires_in)
{
    return floor_to_second(now) + expires_in;
}

Timestamp token_expiry(Timestamp grant_expiry, Timestamp now, std::chrono::seconds token_max_ttl)
{
    // SPEC 7.4: however long the grant, one token lives at most the token maximum.
    return std::min(floor_to_second(grant_expiry), floor_to_second(now) + token_max_ttl);
}

Timestamp refresh_expiry(Timestamp grant_expiry, Timestamp now, std::chrono::seconds refresh_ttl)
{
    return std::min(floor_to_second(grant_expiry), floor_to_second(now) + refresh_ttl);
}

} // namespace rules
