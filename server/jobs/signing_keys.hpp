// Signing keys while the server runs: listed, made, imported. A new key is published before it
// signs, so that whoever keeps the JWKS for a while has it in time, and the old one until its last
// token has expired.
#pragma once

#include "crypto/secret.hpp"
#include "server/jobs/host.hpp"
#include "server/rules/key_lives.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jobs {

struct SigningKeyStatus
{
    std::string kid;
    rules::KeyState state;
    storage::Timestamp made;
    storage::Timestamp signs_from;
    std::optional<storage::Timestamp> verifies_until; // nothing: no end is known yet
};

struct KeyList
{
    std::vector<SigningKeyStatus> signing_keys; // those that are gone too, the newest first
    std::string master_key;                     // its fingerprint, 8 hexadecimal digits
    // What old master keys still wrap. When both are 0, GRANTEXD_MASTER_KEYS_OLD can go.
    std::int64_t data_keys_under_old = 0;
    std::int64_t server_keys_under_old = 0; // signing keys and the lookup key
};

// What is on disk. Throws SQLite::Exception.
KeyList list_keys(Host& host);

enum class Takeover
{
    with_overlap, // after GRANTEXD_SIGNING_KEY_LEAD
    // For keys that leaked: the new key signs at once, and every other key is dropped, also one
    // that waits, since they lie in one place. All tokens signed so far are dead: agents refresh,
    // people open their pages again, and services have to fetch the JWKS anew.
    immediately
};

struct NewSigningKey
{
    std::string kid;
    storage::Timestamp signs_from;
    bool made = true; // false: this one was waiting to sign already, and no other was made
};

// Both throw KeyError, which says why no key was taken and what to try.
boost::asio::awaitable<NewSigningKey> rotate_signing_key(Host& host, Takeover takeover);
// A PEM private key, to take over after the lead. It must never have been a key of this server.
boost::asio::awaitable<NewSigningKey> import_signing_key(Host& host, crypto::Secret const& pem);

// Brings the keys in memory to what is on disk; ends the process when that cannot be read.
void follow_signing_keys(Host& host);

} // namespace jobs
