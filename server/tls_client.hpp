// TLS towards other servers, with the certificates that this machine trusts.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include <optional>

namespace server {

// Verifies the other side against SSL_CERT_FILE and SSL_CERT_DIR when one is set, else against the
// usual places of Linux distributions: a static program cannot know at compile time where it will
// run. At least TLS 1.2. Names are not checked yet: whoever connects adds the one it expects.
boost::asio::ssl::context make_tls_client();

// The same, made when it is first needed: to read the certificates takes longer than all the rest
// of a start.
class TlsClient
{
public:
    boost::asio::ssl::context& context()
    {
        if (!context_)
            context_ = make_tls_client();
        return *context_;
    }

private:
    std::optional<boost::asio::ssl::context> context_;
};

} // namespace server
