// Certificates of a test's own, and a client that speaks TLS on the blocking socket of raw::Client.
#pragma once

#include "tests/server/http/raw_http.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>

#include <sys/stat.h>

namespace raw {

template<class Type, void (*release)(Type*)> struct Release
{
    void operator()(Type* object) const { release(object); }
};
template<class Type, void (*release)(Type*)>
using Owned = std::unique_ptr<Type, Release<Type, release>>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;

inline Key p256_key()
{
    return Key{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
}

inline Key rsa_key(std::size_t bits)
{
    return Key{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits)};
}

struct Validity
{
    std::chrono::seconds from{0}; // from now
    std::chrono::seconds until{86'400};
};

// A directory with cert.pem and key.pem, which can be replaced; removed at the end.
class CertificateFiles
{
public:
    explicit CertificateFiles(std::string const& name = "first")
    {
        auto pattern = (std::filesystem::temp_directory_path() / "grantexd-tls-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("cannot create a directory");
        directory_ = pattern;
        replace(name);
    }
    ~CertificateFiles() { std::filesystem::remove_all(directory_); }
    CertificateFiles(CertificateFiles const&) = delete;
    CertificateFiles& operator=(CertificateFiles const&) = delete;

    [[nodiscard]] std::filesystem::path certificate() const { return directory_ / "cert.pem"; }
    [[nodiscard]] std::filesystem::path key() const { return directory_ / "key.pem"; }

    void replace(std::string const& name, Validity validity = {})
    {
        auto const made = p256_key();
        write_certificate(name, *made, validity);
        write_key(*made);
    }

    void write_certificate(std::string const& name, EVP_PKEY& its_key, Validity validity = {}) const
    {
        Owned<X509, X509_free> const made{X509_new()};
        X509_set_version(made.get(), 2);
        ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(made.get()), validity.from.count());
        X509_gmtime_adj(X509_getm_notAfter(made.get()), validity.until.count());
        auto* const subject = X509_get_subject_name(made.get());
        auto const text = std::basic_string<unsigned char>{name.begin(), name.end()};
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, text.c_str(), -1, -1, 0);
        X509_set_issuer_name(made.get(), subject);
        X509_set_pubkey(made.get(), &its_key);
        Owned<BIO, BIO_free_all> const file{BIO_new_file(certificate().c_str(), "w")};
        if (X509_sign(made.get(), &its_key, EVP_sha256()) == 0 ||
            PEM_write_bio_X509(file.get(), made.get()) != 1)
            throw std::runtime_error("cannot make a certificate");
    }

    // With a password the file is encrypted.
    void write_key(EVP_PKEY& made, char const* password = nullptr) const
    {
        Owned<BIO, BIO_free_all> const file{BIO_new_file(key().c_str(), "w")};
        ::chmod(key().c_str(), 0600);
        auto const* const cipher = password == nullptr ? nullptr : EVP_aes_128_cbc();
        auto const size = password == nullptr ? 0 : static_cast<int>(std::string(password).size());
        if (PEM_write_bio_PKCS8PrivateKey(
                file.get(), &made, cipher, password, size, nullptr, nullptr
            ) != 1)
            throw std::runtime_error("cannot write a key");
    }

    static void write_text(std::filesystem::path const& file, std::string const& text)
    {
        std::ofstream{file} << text;
    }

private:
    static void BIO_free_all(BIO* file) { ::BIO_free_all(file); }

    std::filesystem::path directory_;
};

class TlsClient : public Client
{
public:
    struct Options
    {
        int version = 0;                                         // only this one; 0: any
        char const* ciphers = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"; // of TLS 1.2 and before
        std::string protocols{}; // ALPN, each with its length before it
        int receive_buffer = 0;
    };

    // Throws std::runtime_error when the handshake fails.
    explicit TlsClient(Server const& server) : TlsClient(server, Options{}) {}
    TlsClient(Server const& server, Options const& options)
        : Client(server, "127.0.0.1", options.receive_buffer)
    {
        std::signal(SIGPIPE, SIG_IGN);
        Owned<SSL_CTX, SSL_CTX_free> const context{SSL_CTX_new(TLS_client_method())};
        SSL_CTX_set_min_proto_version(context.get(), options.version);
        SSL_CTX_set_max_proto_version(context.get(), options.version);
        SSL_CTX_set_cipher_list(context.get(), options.ciphers);
        auto const protocols =
            std::basic_string<unsigned char>{options.protocols.begin(), options.protocols.end()};
        SSL_CTX_set_alpn_protos(
            context.get(), protocols.data(), static_cast<unsigned>(protocols.size())
        );
        tls_.reset(SSL_new(context.get()));
        SSL_set_fd(tls_.get(), socket_);
        if (SSL_connect(tls_.get()) != 1)
            throw std::runtime_error("no handshake");
    }

    // Of the certificate that the server showed.
    [[nodiscard]] std::string peer_name() const
    {
        char name[64] = {};
        Owned<X509, X509_free> const certificate{SSL_get1_peer_certificate(tls_.get())};
        X509_NAME_get_text_by_NID(
            X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name
        );
        return name;
    }

    [[nodiscard]] std::string protocol() const // chosen by ALPN
    {
        unsigned char const* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(tls_.get(), &name, &size);
        return {name, name + size};
    }

    // Whether the server has said that it ends, instead of only ending.
    [[nodiscard]] bool was_told_the_end() const
    {
        return (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
    }

    SSL* handle() { return tls_.get(); }

private:
    ssize_t put(char const* bytes, std::size_t size) override
    {
        std::size_t count = 0;
        return SSL_write_ex(tls_.get(), bytes, size, &count) == 1 ? static_cast<ssize_t>(count)
                                                                  : -1;
    }

    ssize_t take(char* buffer, std::size_t size) override
    {
        std::size_t count = 0;
        auto const outcome = SSL_read_ex(tls_.get(), buffer, size, &count);
        if (outcome == 1)
            return static_cast<ssize_t>(count);
        auto const reason = SSL_get_error(tls_.get(), outcome);
        if (reason == SSL_ERROR_ZERO_RETURN)
            return 0;
        errno = reason == SSL_ERROR_WANT_READ ? EAGAIN : ECONNRESET;
        return -1;
    }

    Owned<SSL, SSL_free> tls_;
};

} // namespace raw
