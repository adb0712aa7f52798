// The rows of the signing keys: what the clock and the settings ask of them. All of it runs in the
// transaction of the caller.
#pragma once

#include "crypto/signing_key.hpp"
#include "server/config.hpp"
#include "server/master_key.hpp"
#include "server/rules/key_lives.hpp"
#include "storage/keys.hpp"

#include <span>

namespace server {

// One for each row, which stand as list_signing_keys gives them.
std::vector<rules::KeyLife>
judge_keys(std::span<storage::SigningKeyRow const> rows, storage::Timestamp now);

// A key as it is stored, to sign from then on.
storage::SigningKeyRow make_signing_key_row(
    Config const& config, MasterKeys const& masters, crypto::SigningKey const& key,
    storage::Timestamp now, storage::Timestamp signs_from
);

// Forgets the keys whose last token has expired, and notes for the others when settings let their
// tokens live longer than before. Returns the kids of those that are gone.
std::vector<std::string>
settle_signing_keys(storage::Database& db, Config const& config, storage::Timestamp now);

// Whether that would change nothing.
bool are_settled(
    std::span<storage::SigningKeyRow const> rows, Config const& config, storage::Timestamp now
);

} // namespace server
