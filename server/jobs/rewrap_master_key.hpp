// Moves a database to a new master key while the server runs: every key that an old one wraps is
// wrapped anew, a few rows a turn. The keys themselves stay, so nothing that they seal is touched.
// Until it is done the server starts with the new key and the old ones; a crash anywhere leaves
// each row under one or the other, and the next run goes on with what is left.
#pragma once

#include "server/jobs/host.hpp"

#include <chrono>
#include <cstdint>

namespace jobs {

struct Rewrapped
{
    std::int64_t server_keys = 0; // signing keys and the lookup key
    std::int64_t data_keys = 0;
};

// When it returns, no old master key wraps anything, and GRANTEXD_MASTER_KEYS_OLD can be taken
// away. Throws KeyError when a key opens under no master key that is given, or cannot be stored;
// what was done before stays done.
boost::asio::awaitable<Rewrapped> rewrap_master_key(Host& host);

constexpr std::int64_t rewrapped_per_turn = 100;

// One turn, in the transaction of the caller. Nothing is left when it did nothing. Throws KeyError.
Rewrapped rewrap_some_keys(storage::Database& db, server::MasterKeys const& masters);

} // namespace jobs
