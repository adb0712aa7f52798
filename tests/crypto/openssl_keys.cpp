#include "tests/crypto/openssl_keys.hpp"

#include "crypto/base64url.hpp"
#include "crypto/openssl_handles.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace test {

namespace {

Key owned(EVP_PKEY* key)
{
    if (key == nullptr)
        throw std::runtime_error("OpenSSL made no key");
    return {key, EVP_PKEY_free};
}

unsigned char* octets(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

unsigned char const* octets(std::string_view text)
{
    return reinterpret_cast<unsigned char const*>(text.data());
}

std::string written(std::function<int(BIO*)> const& write)
{
    crypto::BioHandle const bio{BIO_new(BIO_s_mem())};
    if (write(bio.get()) != 1)
        throw std::runtime_error("OpenSSL did not write the key");
    char* data = nullptr;
    auto const size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string digest_signed(
    Key const& key, char const* digest, std::string_view input,
    std::function<void(EVP_PKEY_CTX*)> const& adjust = {}
)
{
    crypto::DigestContextHandle const context{EVP_MD_CTX_new()};
    EVP_PKEY_CTX* settings = nullptr;
    std::string signature(512, '\0');
    auto size = signature.size();
    if (EVP_DigestSignInit_ex(
            context.get(), &settings, digest, nullptr, nullptr, key.get(), nullptr
        ) != 1)
        throw std::runtime_error("OpenSSL does not sign with this key");
    if (adjust)
        adjust(settings);
    if (EVP_DigestSign(context.get(), octets(signature), &size, octets(input), input.size()) != 1)
        throw std::runtime_error("OpenSSL did not sign");
    signature.resize(size);
    return signature;
}

} // namespace

Key make_rsa(unsigned bits)
{
    return owned(EVP_RSA_gen(bits));
}

Key make_rsa_pss(unsigned bits)
{
    crypto::KeyContextHandle const context{EVP_PKEY_CTX_new_from_name(nullptr, "RSA-PSS", nullptr)};
    EVP_PKEY* key = nullptr;
    EVP_PKEY_keygen_init(context.get());
    EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits));
    EVP_PKEY_generate(context.get(), &key);
    return owned(key);
}

Key make_ec()
{
    return owned(EVP_EC_gen("P-256"));
}

Key make_ed25519()
{
    return owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

Key rsa_of(RsaNumbers const& numbers)
{
    std::unique_ptr<OSSL_PARAM_BLD, crypto::FreeWith<OSSL_PARAM_BLD_free>> const builder{
        OSSL_PARAM_BLD_new()};
    std::vector<crypto::BigNumberHandle> kept;
    auto const add = [&](char const* name, std::string_view text) {
        if (text.empty())
            return;
        auto const bytes = crypto::decode_base64url(text).value();
        kept.emplace_back(BN_bin2bn(octets(bytes), static_cast<int>(bytes.size()), nullptr));
        OSSL_PARAM_BLD_push_BN(builder.get(), name, kept.back().get());
    };
    add(OSSL_PKEY_PARAM_RSA_N, numbers.n);
    add(OSSL_PKEY_PARAM_RSA_E, numbers.e);
    add(OSSL_PKEY_PARAM_RSA_D, numbers.d);
    add(OSSL_PKEY_PARAM_RSA_FACTOR1, numbers.p);
    add(OSSL_PKEY_PARAM_RSA_FACTOR2, numbers.q);
    add(OSSL_PKEY_PARAM_RSA_EXPONENT1, numbers.dp);
    add(OSSL_PKEY_PARAM_RSA_EXPONENT2, numbers.dq);
    add(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, numbers.qi);
    std::unique_ptr<OSSL_PARAM, crypto::FreeWith<OSSL_PARAM_free>> const parameters{
        OSSL_PARAM_BLD_to_param(builder.get())};
    crypto::KeyContextHandle const context{EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr)};
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata_init(context.get());
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get());
    return owned(key);
}

Key openssl_key(crypto::SigningKey const& key)
{
    auto const der = key.to_pkcs8();
    auto const* position = der.bytes().data();
    return owned(d2i_AutoPrivateKey(nullptr, &position, static_cast<long>(der.size())));
}

std::string pkcs1_pem(Key const& key)
{
    return written([&](BIO* bio) {
        return PEM_write_bio_PrivateKey_traditional(
            bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr
        );
    });
}

std::string pkcs8_pem(Key const& key)
{
    return written([&](BIO* bio) {
        return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

std::string encrypted_pem(Key const& key, std::string_view passphrase)
{
    return written([&](BIO* bio) {
        return PEM_write_bio_PKCS8PrivateKey(
            bio, key.get(), EVP_aes_256_cbc(), passphrase.data(),
            static_cast<int>(passphrase.size()), nullptr, nullptr
        );
    });
}

std::string pkcs8_der(Key const& key)
{
    return written([&](BIO* bio) {
        return i2d_PKCS8PrivateKey_bio(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

std::string public_pem(Key const& key)
{
    return written([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key.get()); });
}

std::string public_der(Key const& key)
{
    return written([&](BIO* bio) { return i2d_PUBKEY_bio(bio, key.get()); });
}

std::string sign_rs(Key const& key, char const* digest, std::string_view input)
{
    return digest_signed(key, digest, input);
}

std::string sign_pss(Key const& key, std::string_view input)
{
    return digest_signed(key, "SHA256", input, [](EVP_PKEY_CTX* settings) {
        EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST);
    });
}

std::string sign_ec(Key const& key, std::string_view input)
{
    auto const der = digest_signed(key, "SHA256", input);
    auto const* position = octets(der);
    std::unique_ptr<ECDSA_SIG, crypto::FreeWith<ECDSA_SIG_free>> const signature{
        d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(der.size()))};
    std::string both(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), octets(both), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), octets(both) + 32, 32);
    return both;
}

std::string sign_ed25519(Key const& key, std::string_view input)
{
    return digest_signed(key, nullptr, input);
}

std::string hmac(char const* digest, std::string_view key, std::string_view input)
{
    std::string code(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    HMAC(
        EVP_get_digestbyname(digest), key.data(), static_cast<int>(key.size()), octets(input),
        input.size(), octets(code), &size
    );
    code.resize(size);
    return code;
}

crypto::SigningKey const& signing_key()
{
    static auto const key = crypto::SigningKey::generate(crypto::Timestamp{
        std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}});
    return key;
}

} // namespace test
