// Whether a TLS server has a certificate that this machine trusts, and for how long.
#pragma once

#include <string>
#include <string_view>

namespace cli {

struct RemoteCertificate
{
    std::string fault; // why it cannot be used; empty when it can
    long days_left = 0;
};

// `authority`: "auth.example.com" or "auth.example.com:8443"; what follows a slash is ignored.
// Waits at most ten seconds for each step.
RemoteCertificate look_at_remote_certificate(std::string_view authority);

} // namespace cli
