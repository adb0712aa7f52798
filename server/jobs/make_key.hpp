// Making an RSA key takes 50 to 500 ms of a processor, checking one that was made elsewhere 50 ms:
// too long for the loop.
#pragma once

#include "crypto/signing_key.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <optional>

namespace jobs {

// Runs `make` on a thread of its own and resumes on the loop with what it made; nothing too when
// the key does not sign well (S-112). What `make` throws is thrown here. `make` is a named object
// of the caller.
using MakeKey = std::function<std::optional<crypto::SigningKey>()>;
boost::asio::awaitable<std::optional<crypto::SigningKey>>
make_key(boost::asio::io_context& loop, MakeKey const& make);

} // namespace jobs
