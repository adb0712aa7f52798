// The keys of the running server: the master key that wraps, the RSA keys that sign and verify, the
// lookup key that hashes refresh tokens, and each developer's data key.
#pragma once

#include "crypto/envelope.hpp"
#include "crypto/hash.hpp"
#include "crypto/ids.hpp"
#include "crypto/signing_key.hpp"
#include "server/config.hpp"
#include "storage/database.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace server {

// A key is missing, malformed, readable by others, or does not open what is stored. The text says
// which and what to try.
class KeyError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

class Keys
{
public:
    // Reads the master key (setting, systemd credential, or DATA_DIR/master.key, which is made on
    // first start), then opens or makes the stored keys. Throws KeyError.
    static Keys open(Config const& config, storage::Database& writer, storage::Timestamp now);

    [[nodiscard]] std::shared_ptr<crypto::SigningKey const> const& signing() const
    {
        return published_.front();
    }
    // The key that a token's header (its input starts with it) names; it signs a replayed answer
    // again after a rotation. The signing key when none is named.
    [[nodiscard]] std::shared_ptr<crypto::SigningKey const> signer_of(std::string_view input) const;

    // Every key whose signatures count, the signing one first.
    [[nodiscard]] std::span<crypto::SigningKey const* const> verifying() const { return pointers_; }
    [[nodiscard]] std::string const& jwks() const { return jwks_; } // the document, as JSON text

    struct PublicKey
    {
        std::string kid;
        std::string jwk; // JSON text, public members only
    };
    // What the JWKS lists, in its order.
    [[nodiscard]] std::vector<PublicKey> const& public_keys() const { return public_keys_; }
    // The Ed25519 key, if one is configured; only the DID document of the server lists it.
    [[nodiscard]] std::optional<PublicKey> const& ed25519() const { return ed25519_; }

    // Keyed hash under which secrets of this server are found again; hex.
    [[nodiscard]] std::string lookup_hash(std::string_view secret) const;

    // Seals for a developer's row under the developer's newest data key, made on first use.
    std::string seal(
        storage::Database& db, crypto::Ids& ids, storage::Timestamp now, std::string_view purpose,
        std::string_view developer_id, std::string_view row_id, std::string_view field,
        std::string_view clear
    ) const;
    // Nothing when the text was altered or belongs to another row, column or developer.
    std::optional<crypto::Secret> open_sealed(
        storage::Database& db, std::string_view purpose, std::string_view developer_id,
        std::string_view row_id, std::string_view field, std::string_view sealed
    ) const;

private:
    Keys() = default;

    void load_signing_keys(Config const& config, storage::Database& writer, storage::Timestamp now);
    void load_ed25519_key(Config const& config);
    void load_lookup_key(storage::Database& writer, storage::Timestamp now);

    crypto::SealingKey master_;
    crypto::Secret lookup_;
    std::vector<std::shared_ptr<crypto::SigningKey const>> published_;
    std::vector<crypto::SigningKey const*> pointers_;
    std::vector<PublicKey> public_keys_;
    std::optional<PublicKey> ed25519_;
    std::string jwks_;
};

} // namespace server
