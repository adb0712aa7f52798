#include "server/http/tls_context.hpp"

#include "server/config.hpp"
#include "server/secret_file.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <new>
#include <string_view>

namespace http {

namespace {

using server::ConfigError;

// Of TLS 1.2: AEAD alone, and a key exchange with forward secrecy. The suites of 1.3 are all so.
constexpr auto ciphers_of_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20";
// What every client has; the larger groups cost the server up to a hundred times as much.
constexpr auto groups = "X25519:P-256:P-384";

std::string last_reason()
{
    auto const* const reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason == nullptr ? "unknown" : reason;
}

void check_readable(std::filesystem::path const& file, std::string_view what)
{
    errno = 0;
    std::ifstream stream{file, std::ios::binary};
    if (!stream || stream.peek() == std::ifstream::traits_type::eof())
        throw ConfigError(
            "cannot read the TLS " + std::string{what} + " " + file.string() + ": " +
            (errno == 0 ? "it is empty" : std::strerror(errno)) +
            ". Try: a file in PEM form that the user of the server may read"
        );
}

// RFC 7301: whoever offers http/1.1 is told so. Who offers only others hears nothing of it, and is
// answered in HTTP/1.1.
int choose_protocol(
    SSL* /*tls*/, unsigned char const** chosen, unsigned char* chosen_size,
    unsigned char const* offered, unsigned offered_size, void* /*unused*/
)
{
    constexpr std::string_view http_1_1 = "http/1.1";
    for (unsigned at = 0; at < offered_size; at += 1U + offered[at]) {
        auto const* const name = static_cast<void const*>(offered + at + 1);
        if (std::string_view{static_cast<char const*>(name), offered[at]} == http_1_1) {
            *chosen = offered + at + 1;
            *chosen_size = offered[at];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_NOACK;
}

// An encrypted key has nobody here to ask for its password.
int no_password(char*, int, int, void*)
{
    return -1;
}

void restrict(SSL_CTX& context)
{
    SSL_CTX_set_security_level(&context, 2); // RSA from 2048 bits on, no SHA-1
    // Without tickets and a cache every connection makes a fresh key: there is no ticket key that
    // would have to be rotated and could be stolen, and a new certificate is seen by everyone.
    // Clients of an API keep their connections.
    SSL_CTX_set_options(
        &context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                      SSL_OP_IGNORE_UNEXPECTED_EOF // the framing of HTTP tells what was cut
    );
    SSL_CTX_set_num_tickets(&context, 0);
    SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(
        &context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                      SSL_MODE_RELEASE_BUFFERS // 32 KB less of a connection that is idle
    );
    // A turn of the loop for each record that brings no data: a flood of key updates would else
    // not let anybody else have one.
    SSL_CTX_clear_mode(&context, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_alpn_select_cb(&context, choose_protocol, nullptr);
    SSL_CTX_set_default_passwd_cb(&context, no_password);
    if (SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(&context, 0) != 1 ||
        SSL_CTX_set_cipher_list(&context, ciphers_of_1_2) != 1 ||
        SSL_CTX_set1_groups_list(&context, groups) != 1)
        throw ConfigError("this OpenSSL lacks what TLS needs: " + last_reason());
}

void load_certificate(SSL_CTX& context, std::filesystem::path const& file)
{
    check_readable(file, "certificate");
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(&context, file.c_str()) == 1)
        return;
    if (ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_EE_KEY_TOO_SMALL)
        throw ConfigError(
            "the key of the TLS certificate " + file.string() +
            " is too short. Try: one for a P-256 key, or for RSA with 2048 bits"
        );
    throw ConfigError(
        "the TLS certificate " + file.string() + " cannot be used (" + last_reason() +
        "). Try: a file in PEM form, the certificate of this server first, then those between it "
        "and the root"
    );
}

void load_key(
    SSL_CTX& context, std::filesystem::path const& file, std::filesystem::path const& certificate
)
{
    if (server::is_open_to_others(file))
        throw ConfigError(
            "the TLS key " + file.string() + " can be read by others. Try: chmod 600 " +
            file.string()
        );
    check_readable(file, "key");
    ERR_clear_error();
    if (SSL_CTX_use_PrivateKey_file(&context, file.c_str(), SSL_FILETYPE_PEM) == 1)
        return;
    auto const error = ERR_peek_last_error();
    if (ERR_GET_LIB(error) == ERR_LIB_X509)
        throw ConfigError(
            "the TLS key " + file.string() + " does not belong to the certificate " +
            certificate.string() +
            ". Try: the two files that were made together; of several certificates in one file "
            "that of the server comes first"
        );
    throw ConfigError(
        "the TLS key " + file.string() + " cannot be used (" + last_reason() +
        "). Try: a private key in PEM form without a password, as from: openssl pkey -in " +
        file.string()
    );
}

std::chrono::sys_seconds time_of(ASN1_TIME const* time)
{
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        throw ConfigError("the TLS certificate has a time of validity that is none");
    return std::chrono::sys_seconds{std::chrono::seconds{::timegm(&parts)}};
}

} // namespace

void TlsContext::Deleter::operator()(SSL_CTX* context) const
{
    SSL_CTX_free(context);
}

TlsContext::TlsContext(std::filesystem::path certificate_file, std::filesystem::path key_file)
    : key_file_(std::move(key_file)), certificate_{std::move(certificate_file), {}, {}}
{
    if (auto const error = reload())
        throw ConfigError(*error);
}

std::optional<std::string> TlsContext::reload()
{
    try {
        auto context = load();
        auto const* const certificate = SSL_CTX_get0_certificate(context.get());
        auto const from = time_of(X509_get0_notBefore(certificate));
        auto const until = time_of(X509_get0_notAfter(certificate));
        context_ = std::move(context);
        certificate_.valid_from = from;
        certificate_.valid_until = until;
        return std::nullopt;
    } catch (ConfigError const& error) {
        return error.what();
    }
}

TlsContext::Context TlsContext::load() const
{
    Context context{SSL_CTX_new(TLS_server_method())};
    if (!context)
        throw std::bad_alloc();
    restrict(*context);
    load_certificate(*context, certificate_.file);
    load_key(*context, key_file_, certificate_.file);
    return context;
}

Tls TlsContext::accept(int descriptor) const
{
    Tls tls{SSL_new(context_.get())};
    if (!tls || SSL_set_fd(tls.get(), descriptor) != 1)
        return {};
    SSL_set_accept_state(tls.get());
    return tls;
}

} // namespace http
