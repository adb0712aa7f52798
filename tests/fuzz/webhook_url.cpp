// Where the server may be sent to. An input that begins with 16 bytes and a space is an address,
// any other is a URL.
#include "server/rules/host_address.hpp"
#include "server/rules/http_url.hpp"
#include "server/rules/outbound_url.hpp"
#include "tests/fuzz/fuzzer.hpp"

#include <arpa/inet.h>

#include <cstdint>
#include <string>

namespace {

using rules::Address;

std::uint32_t number_at(Address const& address, std::size_t at)
{
    std::uint32_t number = 0;
    for (auto i = at; i < at + 4; ++i)
        number = number << 8U | address[i];
    return number;
}

// The ranges that packets of this server must never reach, as numbers.
bool is_private(std::uint32_t ipv4)
{
    struct Range
    {
        std::uint32_t first, last;
    };
    constexpr Range ranges[] = {{0x00000000, 0x00FFFFFF}, {0x0A000000, 0x0AFFFFFF},
                                {0x64400000, 0x647FFFFF}, {0x7F000000, 0x7FFFFFFF},
                                {0xA9FE0000, 0xA9FEFFFF}, {0xAC100000, 0xAC1FFFFF},
                                {0xC0000000, 0xC00000FF}, {0xC0A80000, 0xC0A8FFFF},
                                {0xC6120000, 0xC613FFFF}, {0xE0000000, 0xFFFFFFFF}};
    return std::ranges::any_of(ranges, [=](Range range) {
        return ipv4 >= range.first && ipv4 <= range.last;
    });
}

bool is_private(Address const& address)
{
    auto const high = number_at(address, 0);
    auto const middle = number_at(address, 4) | number_at(address, 8);
    auto const last = number_at(address, 12);
    if (high == 0 && number_at(address, 4) == 0 &&
        (number_at(address, 8) == 0 || number_at(address, 8) == 0xFFFF))
        return number_at(address, 8) == 0 || is_private(last);
    if (high == 0x0064FF9B && middle == 0) // NAT64
        return is_private(last);
    if (high >> 16U == 0x2002) // 6to4
        return is_private(high << 16U | number_at(address, 4) >> 16U);
    auto const block = high >> 24U;
    return block >= 0xFC && !(block == 0xFE && (high >> 22U & 3U) < 2U); // fc00::/7, fe80::, ff00::
}

void check_address(Address const& address)
{
    rules::OutboundPolicy const strict;
    auto const text = rules::address_text(address);
    test::must(rules::parse_address(text) == address, "an address has one text");
    auto const blocked = rules::is_blocked(address, strict);
    test::must(blocked || !is_private(address), "a private address is blocked");

    auto const literal = rules::is_ipv4(address) ? text : "[" + text + "]";
    auto const refused = rules::outbound_url_fault("https://" + literal + "/x", strict).has_value();
    test::must(refused == blocked, "a URL of an address is refused as the address is");
    auto const kind = rules::host_kind(literal);
    test::must(kind != rules::HostKind::invalid, "an address is a host");
    test::must(
        kind == rules::HostKind::external || blocked, "what is no redirect target is no receiver"
    );

    rules::OutboundPolicy open;
    open.private_networks.push_back(*rules::parse_network("10.0.0.0/8"));
    test::must(
        rules::is_blocked(address, open) ==
            (blocked && !rules::contains(open.private_networks.front(), address) &&
             rules::is_blocked(address, open)),
        "an open network opens only itself"
    );
}

void check_url(std::string const& text)
{
    auto const url = rules::parse_http_url(text);
    if (rules::outbound_url_fault(text, {}))
        return;
    test::must(url && url->tls && !url->has_userinfo, "only https without a user is taken");
    test::must(url->port != 0 && url->target.starts_with('/'), "a request can be made of it");
    test::must(
        url->target.find_first_of(" \r\n\t#") == std::string::npos &&
            url->authority.find_first_of(" \r\n\t/@") == std::string::npos,
        "nothing of it ends its line"
    );
    auto const address = rules::parse_address(url->host);
    if (address)
        check_address(*address);
    // What the C library would take for an address: 127.1, 2130706433, 0x7f.1, 0177.0.0.1.
    in_addr old{};
    if (::inet_aton(url->host.c_str(), &old) != 0) {
        test::must(address.has_value(), "a number is an address in its usual form");
        test::must(number_at(*address, 12) == ntohl(old.s_addr), "and the same one");
    }
    auto const again = (url->tls ? "https://" : "http://") + url->authority + url->target;
    test::must(rules::parse_http_url(again) == url, "its parts make the same URL");
}

} // namespace

void test::fuzz(std::string_view input)
{
    Address address{};
    if (input.size() > address.size() && input[address.size()] == ' ') {
        std::copy_n(input.begin(), address.size(), address.begin());
        check_address(address);
        std::fill_n(address.begin(), 10, static_cast<unsigned char>(0));
        std::fill_n(address.begin() + 10, 2, static_cast<unsigned char>(0xFF));
        check_address(address);
    } else {
        check_url(std::string{input});
    }
}
