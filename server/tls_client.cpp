#include "server/tls_client.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>

namespace server {

namespace {

namespace ssl = boost::asio::ssl;

// Debian and Ubuntu, Fedora and RHEL, SUSE, Alpine.
constexpr std::array bundles{
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};
constexpr std::array directories{"/etc/ssl/certs", "/etc/pki/tls/certs"};

// What cannot be read is as if it were absent: then nobody is trusted, and the handshake says so.
void trust_system(ssl::context& context)
{
    boost::system::error_code unreadable;
    auto const* const file = std::getenv("SSL_CERT_FILE");
    auto const* const directory = std::getenv("SSL_CERT_DIR");
    if (file != nullptr)
        context.load_verify_file(file, unreadable);
    if (directory != nullptr)
        context.add_verify_path(directory, unreadable);
    if (file != nullptr || directory != nullptr)
        return;
    std::error_code missing;
    for (auto const* const bundle : bundles)
        if (std::filesystem::exists(bundle, missing)) {
            context.load_verify_file(bundle, unreadable);
            return;
        }
    for (auto const* const path : directories)
        if (std::filesystem::exists(path, missing))
            context.add_verify_path(path, unreadable);
}

} // namespace

boost::asio::ssl::context make_tls_client()
{
    ssl::context context{ssl::context::tls_client};
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    context.set_verify_mode(ssl::verify_peer);
    trust_system(context);
    return context;
}

} // namespace server
