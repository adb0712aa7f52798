// Addresses and networks of the Internet, IPv4 and IPv6 alike.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

// An IPv6 address, or an IPv4 address in its mapped form (RFC 4291 2.5.5.2).
using Address = std::array<unsigned char, 16>;

struct Network
{
    Address prefix{};
    unsigned bits = 128; // of the mapped form: an IPv4 /8 has 104
};

// "192.0.2.7", "2001:db8::7"; nothing for any other text.
std::optional<Address> parse_address(std::string_view text);
std::string address_text(Address const& address);

bool is_ipv4(Address const& address);

// An address, or a network such as 10.0.0.0/8. Nothing for other text.
std::optional<Network> parse_network(std::string_view text);

bool contains(Network const& network, Address const& address);
bool in_any(Address const& address, std::vector<Network> const& networks);

} // namespace rules
