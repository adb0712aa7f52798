#include "server/rules/outbound_url.hpp"

#include "server/rules/http_url.hpp"

#include <algorithm>
#include <array>

namespace rules {

namespace {

constexpr std::size_t url_bytes_max = 2048;

// IANA special-purpose registries (RFC 6890 and its successors).
constexpr std::array blocked{
    "0.0.0.0/8",       // this network
    "10.0.0.0/8",      // private
    "100.64.0.0/10",   // carrier-grade NAT
    "127.0.0.0/8",     // loopback
    "169.254.0.0/16",  // link-local, cloud metadata
    "172.16.0.0/12",   // private
    "192.0.0.0/24",    // protocol assignments
    "192.0.2.0/24",    // documentation
    "192.88.99.0/24",  // 6to4 relays
    "192.168.0.0/16",  // private
    "198.18.0.0/15",   // benchmarks
    "198.51.100.0/24", // documentation
    "203.0.113.0/24",  // documentation
    "224.0.0.0/4",     // multicast
    "240.0.0.0/4",     // reserved, broadcast
    "::/96",           // unspecified, loopback, IPv4-compatible (withdrawn)
    "100::/64",        // discard
    "2001::/32",       // Teredo
    "2001:db8::/32",   // documentation
    "fc00::/7",        // unique local
    "fe80::/10",       // link-local
    "fec0::/10",       // site-local, withdrawn
    "ff00::/8",        // multicast
    "64:ff9b:1::/48",  // local-use translation
};

// Names that lead inside wherever they are looked up.
constexpr std::array inner_names{"localhost", "localdomain", "local", "internal", "home.arpa"};

std::vector<Network> const& blocked_networks()
{
    static auto const networks = [] {
        std::vector<Network> parsed;
        for (auto const* const text : blocked)
            parsed.push_back(*parse_network(text));
        return parsed;
    }();
    return networks;
}

Address ipv4_at(Address const& address, std::size_t at)
{
    Address mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    std::copy_n(address.begin() + at, 4, mapped.begin() + 12);
    return mapped;
}

// The IPv4 address an IPv6 address stands for, which is where the packets end.
std::optional<Address> embedded_ipv4(Address const& address)
{
    static auto const translated = *parse_network("64:ff9b::/96"); // RFC 6052
    static auto const stateless = *parse_network("::ffff:0:0:0/96"); // RFC 2765
    static auto const sixtofour = *parse_network("2002::/16");
    if (contains(translated, address) || contains(stateless, address))
        return ipv4_at(address, 12);
    if (contains(sixtofour, address))
        return ipv4_at(address, 2);
    // ISATAP (RFC 5214 6.1): the interface identifier is 0000:5efe or 0200:5efe and an address.
    if ((address[8] & 0xFDU) == 0 && address[9] == 0 && address[10] == 0x5E && address[11] == 0xFE)
        return ipv4_at(address, 12);
    return {};
}

bool is_inner_name(std::string_view host)
{
    return std::ranges::any_of(inner_names, [&](std::string_view name) {
        return host == name ||
               (host.ends_with(name) && host[host.size() - name.size() - 1] == '.');
    });
}

} // namespace

bool is_blocked(Address const& address, OutboundPolicy const& policy)
{
    if (in_any(address, policy.private_networks))
        return false;
    if (in_any(address, blocked_networks()))
        return true;
    auto const ipv4 = embedded_ipv4(address);
    return ipv4 && is_blocked(*ipv4, policy);
}

std::optional<std::string> outbound_url_fault(std::string_view text, OutboundPolicy const& policy)
{
    if (text.size() > url_bytes_max)
        return "must have at most 2048 characters";
    auto const url = parse_http_url(text);
    if (!url)
        return "must be an absolute URL such as https://hooks.example.com/grantex, with a host "
               "name or an address in its usual form";
    if (!url->tls && !policy.plain_http)
        return "must start with https://";
    if (url->has_userinfo)
        return "must not contain a user name or password";
    if (auto const address = parse_address(url->host))
        return is_blocked(*address, policy)
                   ? std::optional<std::string>{"must not lead to a private or reserved address"}
                   : std::nullopt;
    if (is_inner_name(url->host) && policy.private_networks.empty())
        return "must not name a host of a private network";
    return {};
}

} // namespace rules
