#include "server/rules/host_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace rules {

namespace {

using Ipv4 = std::uint32_t;
using Ipv6 = std::array<unsigned char, 16>;

struct Network4
{
    Ipv4 prefix;
    int bits;
};

struct Network6
{
    std::array<unsigned char, 8> prefix; // none here is longer
    unsigned bits;
};

// RFC 6890 and its successors: everything that is not globally reachable, except the documentation
// networks, which lead nowhere.
constexpr std::array internal4{
    Network4{0x00000000, 8 }, // this network, 0.0.0.0
    Network4{0x0A000000, 8 }, // private
    Network4{0x64400000, 10}, // shared, carrier-grade NAT
    Network4{0x7F000000, 8 }, // loopback
    Network4{0xA9FE0000, 16}, // link-local, cloud metadata
    Network4{0xAC100000, 12}, // private
    Network4{0xC0000000, 24}, // protocol assignments
    Network4{0xC0A80000, 16}, // private
    Network4{0xC6120000, 15}, // benchmarks
    Network4{0xE0000000, 3 }, // multicast, reserved, broadcast
};

constexpr std::array internal6{
    Network6{{0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01}, 48}, // local-use translation
    Network6{{0xFC},                               7 }, // unique local
    Network6{{0xFE, 0x80},                         10}, // link-local
    Network6{{0xFE, 0xC0},                         10}, // site-local, withdrawn
    Network6{{0xFF},                               8 }, // multicast
    Network6{{0x20, 0x01, 0x00, 0x00},             32}, // Teredo
};

bool internal(Ipv4 address)
{
    return std::ranges::any_of(internal4, [=](Network4 network) {
        return address >> (32 - network.bits) == network.prefix >> (32 - network.bits);
    });
}

bool starts_with(Ipv6 const& address, Network6 const& network)
{
    for (unsigned bit = 0; bit < network.bits; ++bit)
        if (((address[bit / 8] ^ network.prefix[bit / 8]) >> (7 - bit % 8) & 1) != 0)
            return false;
    return true;
}

Ipv4 ipv4_at(Ipv6 const& address, std::size_t at)
{
    return Ipv4{address[at]} << 24 | Ipv4{address[at + 1]} << 16 | Ipv4{address[at + 2]} << 8 |
           Ipv4{address[at + 3]};
}

// The IPv4 address an IPv6 address stands for, which is where the packets end.
std::optional<Ipv4> embedded_ipv4(Ipv6 const& address)
{
    auto const zero = [&](std::size_t from, std::size_t to) {
        return std::all_of(address.begin() + from, address.begin() + to, [](auto byte) {
            return byte == 0;
        });
    };
    auto const mapped = zero(0, 10) && address[10] == 0xFF && address[11] == 0xFF;
    auto const translated = address[0] == 0x00 && address[1] == 0x64 && address[2] == 0xFF &&
                            address[3] == 0x9B && zero(4, 12);
    auto const translated_stateless = zero(0, 8) && address[8] == 0xFF && address[9] == 0xFF &&
                                      address[10] == 0 && address[11] == 0; // RFC 2765
    if (mapped || translated || translated_stateless || zero(0, 12))
        return ipv4_at(address, 12);
    if (address[0] == 0x20 && address[1] == 0x02) // 6to4
        return ipv4_at(address, 2);
    return std::nullopt;
}

HostKind ipv6_kind(std::string_view literal)
{
    Ipv6 address{};
    // A zero byte would end the text early.
    if (literal.find('\0') != std::string_view::npos)
        return HostKind::invalid;
    // inet_pton knows neither zones (`%25eth0`) nor future versions (`[v1.x]`); nor do browsers.
    if (::inet_pton(AF_INET6, std::string{literal}.c_str(), address.data()) != 1)
        return HostKind::invalid;

    Ipv6 loopback{};
    loopback.back() = 1;
    if (address == loopback)
        return HostKind::loopback;
    if (auto const ipv4 = embedded_ipv4(address))
        return internal(*ipv4) ? HostKind::internal : HostKind::external;
    auto const inside = std::ranges::any_of(internal6, [&](Network6 const& network) {
        return starts_with(address, network);
    });
    return inside ? HostKind::internal : HostKind::external;
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
bool is_hex_digit(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

// WHATWG URL, "ends in a number checker": such a host is an IPv4 address or nothing.
bool ends_in_number(std::string_view last_label)
{
    if (std::ranges::all_of(last_label, is_digit))
        return true;
    return last_label.starts_with("0x") && std::ranges::all_of(last_label.substr(2), is_hex_digit);
}

HostKind ipv4_kind(std::string const& host)
{
    std::array<unsigned char, 4> bytes{};
    if (::inet_pton(AF_INET, host.c_str(), bytes.data()) != 1)
        return HostKind::invalid;
    auto const address =
        Ipv4{bytes[0]} << 24 | Ipv4{bytes[1]} << 16 | Ipv4{bytes[2]} << 8 | Ipv4{bytes[3]};
    // inet_pton takes leading zeros on some systems; they would be octal elsewhere.
    for (std::size_t i = 0; i + 1 < host.size(); ++i)
        if (host[i] == '0' && is_digit(host[i + 1]) && (i == 0 || host[i - 1] == '.'))
            return HostKind::invalid;
    if (address == 0x7F000001)
        return HostKind::loopback;
    return internal(address) ? HostKind::internal : HostKind::external;
}

// RFC 1123 2.1 labels, and the underscore some internal DNS names have.
bool is_label(std::string_view label)
{
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char c) {
               return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_';
           });
}

} // namespace

HostKind host_kind(std::string_view host)
{
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
        return ipv6_kind(host.substr(1, host.size() - 2));
    if (host.empty() || host.size() > 253)
        return HostKind::invalid;

    std::string lower{host};
    for (auto& c : lower)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    std::string_view rest = lower;
    std::string_view last;
    for (auto more = true; more;) {
        auto const dot = rest.find('.');
        last = rest.substr(0, dot);
        // An empty label shuts out the trailing dot, with which `localhost.` would pass.
        if (!is_label(last))
            return HostKind::invalid;
        more = dot != std::string_view::npos;
        rest.remove_prefix(more ? dot + 1 : 0);
    }
    if (ends_in_number(last))
        return ipv4_kind(lower);
    if (lower == "localhost")
        return HostKind::loopback;
    // RFC 6761 6.3, and the names Debian's hosts file has for the same addresses.
    if (last == "localhost" || last == "localdomain" || lower == "ip6-localhost" ||
        lower == "ip6-loopback")
        return HostKind::internal;
    return HostKind::external;
}

} // namespace rules
