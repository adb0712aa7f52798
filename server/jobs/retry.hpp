// When a failed delivery is tried again.
#pragma once

#include "crypto/random.hpp"
#include "server/rules/webhook_delivery.hpp"

#include <array>

namespace jobs {

// No retry is due later than this; what is was noted while the clock was wrong, and is due now.
constexpr std::chrono::hours longest_wait{5};

// `attempts`: made so far. With jitter, so that what failed together does not come back together.
inline storage::Timestamp next_attempt(storage::Timestamp now, int attempts)
{
    std::array<unsigned char, 3> bytes{};
    crypto::fill_random(bytes);
    auto const random = static_cast<std::uint32_t>(bytes[0] | bytes[1] << 8 | bytes[2] << 16);
    return now + rules::jittered_retry_wait(attempts, random);
}

} // namespace jobs
