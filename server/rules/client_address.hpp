// Who is on the other end of a connection: the peer, or behind proxies that are trusted the address
// they vouch for; and which addresses count as one source for rate limits.
#pragma once

#include "server/rules/network.hpp"

namespace rules {

// The right-most address of X-Forwarded-For that is no trusted proxy: everything left of it was
// written by strangers. `forwarded_for` holds the header's values in their order. The peer's own
// address when it is no trusted proxy or nothing usable is forwarded.
std::string client_address(
    std::string_view peer, std::vector<std::string_view> const& forwarded_for,
    std::vector<Network> const& trusted
);

// Whether what this peer says of its clients is believed.
bool is_trusted_proxy(std::string_view peer, std::vector<Network> const& trusted);

// An address or network that may be trusted. Nothing for other text and for networks wider than an
// IPv4 /8 or an IPv6 /16: whoever trusts those trusts everyone.
std::optional<Network> parse_proxy_network(std::string_view text);

// What rate limits count by: one household or host has a whole /64 of IPv6 addresses.
std::string rate_source(std::string_view address);

} // namespace rules
