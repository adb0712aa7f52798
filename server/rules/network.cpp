#include "server/rules/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace rules {

namespace {

constexpr Address mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned mapped_bits = 96;

} // namespace

std::optional<Address> parse_address(std::string_view text)
{
    if (text.find('\0') != text.npos)
        return {}; // would end the text early
    std::string const terminated{text};
    auto address = mapped_prefix;
    if (::inet_pton(AF_INET, terminated.c_str(), address.data() + 12) == 1 ||
        ::inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1)
        return address;
    return {};
}

std::string address_text(Address const& address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (is_ipv4(address))
        ::inet_ntop(AF_INET, address.data() + 12, text.data(), text.size());
    else
        ::inet_ntop(AF_INET6, address.data(), text.data(), text.size());
    return text.data();
}

bool is_ipv4(Address const& address)
{
    return std::equal(address.begin(), address.begin() + 12, mapped_prefix.begin());
}

std::optional<Network> parse_network(std::string_view text)
{
    auto const slash = text.find('/');
    auto const address = parse_address(text.substr(0, slash));
    if (!address || slash == text.npos)
        return address ? std::optional{Network{.prefix = *address}} : std::nullopt;
    auto const digits = text.substr(slash + 1);
    unsigned bits = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    // Spelled as IPv4, the length counts the bits of an IPv4 address.
    auto const before = text.substr(0, slash).find(':') == text.npos ? mapped_bits : 0;
    if (error != std::errc{} || end != digits.data() + digits.size() || bits > 128 - before)
        return {};
    return Network{.prefix = *address, .bits = before + bits};
}

bool contains(Network const& network, Address const& address)
{
    for (unsigned bit = 0; bit < network.bits; ++bit)
        if (((address[bit / 8] ^ network.prefix[bit / 8]) >> (7 - bit % 8) & 1) != 0)
            return false;
    return true;
}

bool in_any(Address const& address, std::vector<Network> const& networks)
{
    return std::ranges::any_of(networks, [&](Network const& network) {
        return contains(network, address);
    });
}

} // namespace rules
