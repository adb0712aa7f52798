// Decentralized identifiers (W3C DID Core 3.1): agents are did:grantex, the server is did:web.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rules {

// The agent id of `did:grantex:<agent id>`; nothing when it is another method, or a URL with a
// path, query or fragment instead of a DID. The id itself is opaque.
std::optional<std::string_view> agent_id_of(std::string_view did);

// A host name, with a port when one is given: "auth.example.com:8443".
bool is_web_domain(std::string_view text);

// The did:web of such a domain, or of the host of a URL: "did:web:auth.example.com%3A8443".
std::string web_did(std::string_view host);

} // namespace rules
