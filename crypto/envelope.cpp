#include "crypto/envelope.hpp"

#include "crypto/ascii.hpp"
#include "crypto/base64url.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "crypto/sodium.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace crypto {

namespace {

constexpr std::size_t key_bytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view version = "v1.";

unsigned char const* octets(std::string_view text)
{
    return reinterpret_cast<unsigned char const*>(text.data());
}

std::string_view without_surrounding_whitespace(std::string_view text)
{
    constexpr std::string_view whitespace = " \t\r\n";
    auto const first = text.find_first_not_of(whitespace);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(whitespace) - first + 1);
}

// The name of a key tells nothing about it: a hash under its own label, cut to 32 bits.
std::string master_key_id(Secret const& key)
{
    constexpr std::string_view label = "grantexd master key id\n";
    Secret labelled(label.size() + key.size());
    std::ranges::copy(label, labelled.bytes().begin());
    std::ranges::copy(key.bytes(), labelled.bytes().begin() + label.size());
    return hex(sha256(labelled.view())).substr(0, 8);
}

} // namespace

std::string sealed_for(
    std::string_view purpose, std::string_view developer_id, std::string_view row_id,
    std::string_view field
)
{
    std::string joined;
    for (auto part : {purpose, developer_id, row_id, field}) {
        // A newline inside a part would let two different places share one label.
        if (part.find('\n') != std::string_view::npos)
            throw std::invalid_argument("a part of a sealing label holds a newline");
        joined += part;
        joined += '\n';
    }
    joined.pop_back();
    return joined;
}

std::string seal(SealingKey const& key, std::string_view additional_data, std::string_view clear)
{
    if (key.key.size() != key_bytes || key.id.empty() || key.id.find('.') != std::string::npos)
        throw std::invalid_argument("not a sealing key");

    // 192 random bits: nonces need no counter to stay unique under one key.
    std::string sealed(nonce_bytes + clear.size() + tag_bytes, '\0');
    auto* const nonce = reinterpret_cast<unsigned char*>(sealed.data());
    fill_random({nonce, nonce_bytes});
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        nonce + nonce_bytes, nullptr, octets(clear), clear.size(), octets(additional_data),
        additional_data.size(), nullptr, nonce, key.key.bytes().data()
    );
    return std::string(version) + key.id + '.' + encode_base64url(sealed);
}

std::optional<Secret>
open_sealed(SealingKey const& key, std::string_view additional_data, std::string_view sealed)
{
    auto const id = sealed_key_id(sealed);
    if (!id || *id != key.id || key.key.size() != key_bytes)
        return std::nullopt;
    auto const bytes = decode_base64url(sealed.substr(version.size() + id->size() + 1));
    if (!bytes || bytes->size() < nonce_bytes + tag_bytes)
        return std::nullopt;

    Secret clear(bytes->size() - nonce_bytes - tag_bytes);
    auto const* const nonce = octets(*bytes);
    // Nothing is written before the tag is found good.
    auto const fault = crypto_aead_xchacha20poly1305_ietf_decrypt(
        clear.bytes().data(), nullptr, nullptr, nonce + nonce_bytes, bytes->size() - nonce_bytes,
        octets(additional_data), additional_data.size(), nonce, key.key.bytes().data()
    );
    if (fault != 0)
        return std::nullopt;
    return clear;
}

std::optional<std::string_view> sealed_key_id(std::string_view sealed)
{
    if (!sealed.starts_with(version))
        return std::nullopt;
    sealed.remove_prefix(version.size());
    auto const dot = sealed.find('.');
    if (dot == std::string_view::npos || dot == 0)
        return std::nullopt;
    return sealed.substr(0, dot);
}

SealingKey make_data_key(std::string id)
{
    Secret key(key_bytes);
    fill_random(key.bytes());
    return {std::move(id), std::move(key)};
}

std::optional<SealingKey> parse_master_key(std::string_view text)
{
    text = without_surrounding_whitespace(text);
    if (!is_ascii(text)) // see decode_base64url
        return std::nullopt;
    Secret key(key_bytes);
    std::size_t size = 0;
    int fault = -1;
    if (text.size() == 2 * key_bytes)
        fault = sodium_hex2bin(
            key.bytes().data(), key.size(), text.data(), text.size(), nullptr, &size, nullptr
        );
    else if (text.size() == 44) // the standard alphabet with its padding (RFC 4648 4)
        fault = sodium_base642bin(
            key.bytes().data(), key.size(), text.data(), text.size(), nullptr, &size, nullptr,
            sodium_base64_VARIANT_ORIGINAL
        );
    if (fault != 0 || size != key_bytes)
        return std::nullopt;
    auto id = master_key_id(key);
    return SealingKey{std::move(id), std::move(key)};
}

Secret make_master_key_text()
{
    Secret key(key_bytes);
    fill_random(key.bytes());
    Secret terminated(2 * key_bytes + 1); // sodium_bin2hex ends with a NUL
    sodium_bin2hex(
        reinterpret_cast<char*>(terminated.bytes().data()), terminated.size(), key.bytes().data(),
        key.size()
    );
    return Secret(terminated.view().substr(0, 2 * key_bytes));
}

} // namespace crypto
