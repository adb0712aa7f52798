// Envelope encryption of what must come back in clear. Two layers of XChaCha20-Poly1305 (libsodium,
// IETF variant): a master key wraps data keys, a data key seals values. A sealed value is text,
// `v1.<key id>.<base64url(nonce, ciphertext, tag)>`, and opens only with the same additional data.
#pragma once

#include "crypto/secret.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace crypto {

// A 32-byte key and the id that sealed values carry to name it. The id holds no dot.
struct SealingKey
{
    std::string id;
    Secret key;
};

// What a value belongs to: purpose, developer id, row id, field, joined by newlines. A value moved
// to another row, column or developer has other additional data and does not open.
std::string sealed_for(
    std::string_view purpose, std::string_view developer_id, std::string_view row_id,
    std::string_view field
);

std::string seal(SealingKey const& key, std::string_view additional_data, std::string_view clear);

// Nothing when the text is malformed, names another key, was altered or belongs elsewhere.
std::optional<Secret>
open_sealed(SealingKey const& key, std::string_view additional_data, std::string_view sealed);

// The key id a sealed text names; nothing when it is not a sealed text.
std::optional<std::string_view> sealed_key_id(std::string_view sealed);

// A new random data key.
SealingKey make_data_key(std::string id);

// 64 hexadecimal or 44 base64 characters (32 bytes), surrounding whitespace allowed; nothing
// otherwise. The id is derived from the key (first 8 hex digits of its SHA-256 with a fixed label),
// so that the same key always has the same name.
std::optional<SealingKey> parse_master_key(std::string_view text);

// A new random master key in the form parse_master_key reads (64 hexadecimal characters).
Secret make_master_key_text();

} // namespace crypto
