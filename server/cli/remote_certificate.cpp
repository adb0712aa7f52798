#include "server/cli/remote_certificate.hpp"

#include "server/tls_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <sys/time.h>

#include <openssl/ssl.h>

namespace cli {

namespace {

namespace asio = boost::asio;

void bound_waits(asio::ip::tcp::socket& socket)
{
    timeval const patience{10, 0};
    for (auto const option : {SO_RCVTIMEO, SO_SNDTIMEO})
        ::setsockopt(socket.native_handle(), SOL_SOCKET, option, &patience, sizeof patience);
}

long days_left(SSL* connection)
{
    auto* const certificate = SSL_get0_peer_certificate(connection);
    int days = 0;
    int seconds = 0;
    ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate));
    return days;
}

} // namespace

RemoteCertificate look_at_remote_certificate(std::string_view authority)
{
    authority = authority.substr(0, authority.find('/'));
    auto const colon = authority.rfind(':');
    auto const has_port = colon != std::string_view::npos && !authority.ends_with(']');
    std::string const host{authority.substr(0, has_port ? colon : authority.size())};
    std::string const port{has_port ? authority.substr(colon + 1) : "443"};
    boost::system::error_code error;
    asio::io_context loop;
    asio::ip::tcp::resolver resolver{loop};
    auto const addresses = resolver.resolve(host, port, error);
    if (error)
        return {"the name " + host + " is not known (" + error.message() + ")."};
    server::TlsClient tls;
    asio::ssl::stream<asio::ip::tcp::socket> stream{loop, tls.context()};
    asio::connect(stream.next_layer(), addresses, error);
    if (error)
        return {"nothing answers at " + host + ":" + port + " (" + error.message() + ")."};
    bound_waits(stream.next_layer());
    // What the macro SSL_set_tlsext_host_name does, without its old-style cast.
    auto name = host;
    SSL_ctrl(
        stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()
    );
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification{host});
    stream.handshake(asio::ssl::stream_base::client, error);
    if (error)
        return {"its certificate is not accepted (" + error.message() + ")."};
    return {{}, days_left(stream.native_handle())};
}

} // namespace cli
