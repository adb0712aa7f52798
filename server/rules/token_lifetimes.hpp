// When grants, grant tokens and refresh tokens end (core contract exchangeToken, SPEC 7.4). All
// ends are whole seconds, rounded down, so that the stored time and the `exp` claim are the same
// instant. Durations are those parse_duration gives: adding one to the present cannot overflow.
#pragma once

#include <chrono>

namespace rules {

// Milliseconds since 1970, UTC; the same type storage keeps.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

Timestamp floor_to_second(Timestamp time);

// The end of what the principal consented to, counted from the exchange of the code.
Timestamp grant_expiry(Timestamp now, std::chrono::seconds expires_in);

// `exp` of a token signed now: `iat` (now, rounded down) plus the maximum, never past the grant.
Timestamp token_expiry(Timestamp grant_expiry, Timestamp now, std::chrono::seconds token_max_ttl);

// The refresh token's own end: the lifetime is a ceiling, the grant ends it earlier.
Timestamp refresh_expiry(Timestamp grant_expiry, Timestamp now, std::chrono::seconds refresh_ttl);

} // namespace rules
