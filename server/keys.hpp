// The keys of the running server: the master key that wraps, the RSA keys that sign and verify, the
// lookup key that hashes refresh tokens, and each developer's data key. Belongs to the loop.
#pragma once

#include "crypto/envelope.hpp"
#include "crypto/hash.hpp"
#include "crypto/ids.hpp"
#include "crypto/signing_key.hpp"
#include "crypto/verified_tokens.hpp"
#include "server/config.hpp"
#include "server/master_key.hpp"
#include "storage/database.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace server {

class Keys
{
public:
    // Reads the master key, then opens or makes the stored keys. Throws KeyError.
    static Keys open(Config const& config, storage::Database& writer, storage::Timestamp now);

    // The key that signs at this moment. Whoever signs or verifies with it keeps it alive.
    [[nodiscard]] std::shared_ptr<crypto::SigningKey const> const& signing(storage::Timestamp now
    ) const;
    // The key that a token's header (its input starts with it) names; it signs a replayed answer
    // again after a rotation. When that key is gone any does: the token was dead before.
    [[nodiscard]] std::shared_ptr<crypto::SigningKey const> signer_of(std::string_view input) const;

    // Every key whose signatures count, the signing one first.
    [[nodiscard]] std::span<crypto::SigningKey const* const> verifying() const { return pointers_; }

    // verify_jwt() with these keys, for tokens that are presented again and again.
    std::shared_ptr<crypto::VerifiedJwt const>
    verify(std::string_view token, std::span<std::string_view const> typs)
    {
        return verified_.verify(token, verifying(), typs);
    }

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

    // Takes over what is stored now: to be called when the rows have changed and are on disk, and
    // when the time of a key has come. Throws KeyError and changes nothing.
    void load_signing_keys(storage::Database& db, storage::Timestamp now);

    [[nodiscard]] MasterKeys const& masters() const { return masters_; }

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

    // One that is published.
    struct Published
    {
        std::shared_ptr<crypto::SigningKey const> key;
        storage::Timestamp signs_from;
    };

    void load_ed25519_key(Config const& config);
    void load_lookup_key(storage::Database& writer, storage::Timestamp now);
    [[nodiscard]] std::shared_ptr<crypto::SigningKey const>
    open_signing_key(std::string const& kid, std::string_view sealed) const;

    MasterKeys masters_;
    crypto::Secret lookup_;
    std::vector<Published> published_; // in the order in which they sign
    std::vector<crypto::SigningKey const*> pointers_;
    crypto::VerifiedTokens verified_;
    std::vector<PublicKey> public_keys_;
    std::optional<PublicKey> ed25519_;
    std::string jwks_;
};

} // namespace server
