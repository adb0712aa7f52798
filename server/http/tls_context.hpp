// TLS towards clients: the certificate of this server, and what is spoken with it. TLS 1.2 and 1.3
// with AEAD ciphers and forward secrecy only, no renegotiation, no compression.
#pragma once

#include "server/http/channel.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace http {

class TlsContext
{
public:
    // PEM files: the certificate with those between it and the root, and its private key. Throws
    // ConfigError, which says what is wrong with which and what to try.
    TlsContext(std::filesystem::path certificate_file, std::filesystem::path key_file);

    // Reads both files again, for connections that are made from now on; those that are open go on
    // with what they began with. When something is wrong with the files nothing changes: returns
    // what it is.
    std::optional<std::string> reload();

    // The server's side of a connection on this descriptor; null when there is no memory for it.
    [[nodiscard]] Tls accept(int descriptor) const;

    struct Certificate
    {
        std::filesystem::path file;
        std::chrono::sys_seconds valid_from;
        std::chrono::sys_seconds valid_until;
    };
    [[nodiscard]] Certificate const& certificate() const { return certificate_; }

private:
    struct Deleter
    {
        void operator()(SSL_CTX* context) const;
    };
    using Context = std::unique_ptr<SSL_CTX, Deleter>;

    [[nodiscard]] Context load() const;

    std::filesystem::path key_file_;
    Certificate certificate_;
    Context context_; // each connection has its own share of it
};

} // namespace http
