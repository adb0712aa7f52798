// When a failed delivery is tried again.
#pragma once

#include "crypto/random.hpp"
#include "server/rules/webhook_delivery.hpp"
#include "storage/deliveries.hpp"

#include <array>

namespace jobs {

// `attempts`: made so far. With jitter, so that what failed together does not come back together.
inline storage::Timestamp next_attempt(storage::Timestamp now, int attempts)
{
    std::array<unsigned char, 3> bytes{};
    crypto::fill_random(bytes);
    auto const random = static_cast<std::uint32_t>(bytes[0] | bytes[1] << 8 | bytes[2] << 16);
    return now + rules::jittered_retry_wait(attempts, random);
}

// Later than any attempt up to now could have noted: it was made while the clock was ahead.
inline bool is_misdated(storage::DueRow const& row, storage::Timestamp now)
{
    constexpr std::uint32_t most_jitter = 1000;
    return row.due_at > now + rules::jittered_retry_wait(row.attempts, most_jitter);
}

// A clock that was ahead and is right again must not delay what failed meanwhile. A few of them,
// since those before them are tried first.
inline std::vector<std::string>
misdated(std::vector<storage::DueRow> const& latest, storage::Timestamp now)
{
    std::vector<std::string> ids;
    for (auto const& row : latest)
        if (is_misdated(row, now))
            ids.push_back(row.id);
    return ids;
}

} // namespace jobs
