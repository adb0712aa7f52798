#include "server/rules/client_address.hpp"

#include "server/rules/trimmed.hpp"

#include <algorithm>

namespace rules {

namespace {

constexpr unsigned ipv4_bits_min = 96 + 8;
constexpr unsigned ipv6_bits_min = 16;

// Some proxies add the port: "192.0.2.7:4711", "[2001:db8::7]:4711".
std::string_view without_port(std::string_view text)
{
    if (text.starts_with('['))
        return text.substr(1, std::min(text.find(']'), text.size()) - 1);
    auto const colon = text.find(':');
    return colon == text.rfind(':') ? text.substr(0, colon) : text;
}

// Of all values together, last first.
std::vector<std::string_view> hops_from_the_right(std::vector<std::string_view> const& values)
{
    std::vector<std::string_view> hops;
    for (auto value = values.rbegin(); value != values.rend(); ++value)
        for (auto rest = *value;;) {
            auto const comma = rest.rfind(',');
            hops.push_back(trimmed(rest.substr(comma == rest.npos ? 0 : comma + 1), " \t"));
            if (comma == rest.npos)
                break;
            rest = rest.substr(0, comma);
        }
    return hops;
}

} // namespace

bool is_trusted_proxy(std::string_view peer, std::vector<Network> const& trusted)
{
    auto const address = parse_address(peer);
    return address && in_any(*address, trusted);
}

std::string client_address(
    std::string_view peer, std::vector<std::string_view> const& forwarded_for,
    std::vector<Network> const& trusted
)
{
    if (trusted.empty())
        return std::string{peer};
    auto address = parse_address(peer);
    if (!address)
        return std::string{peer};
    for (auto const hop : hops_from_the_right(forwarded_for)) {
        if (!in_any(*address, trusted))
            break;
        auto const before = parse_address(without_port(hop));
        if (!before)
            break; // "unknown" (RFC 7239 6.2) or nonsense: the proxy itself is all that is known
        address = before;
    }
    return address_text(*address);
}

std::optional<Network> parse_proxy_network(std::string_view text)
{
    auto network = parse_network(text);
    if (network && network->bits < (is_ipv4(network->prefix) ? ipv4_bits_min : ipv6_bits_min))
        return {};
    return network;
}

std::string rate_source(std::string_view text)
{
    auto address = parse_address(text);
    if (!address)
        return std::string{text};
    if (!is_ipv4(*address))
        std::fill(address->begin() + 8, address->end(), static_cast<unsigned char>(0));
    return address_text(*address);
}

} // namespace rules
