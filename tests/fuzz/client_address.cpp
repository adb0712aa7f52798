// Who is behind proxies. Lines: the peer, X-Forwarded-For, a network that is trusted.
// Few paths: a third of the time is enough.
#include "server/rules/client_address.hpp"
#include "tests/fuzz/fuzzer.hpp"

#include <string>

namespace {

void check_network(std::string_view text)
{
    auto const network = rules::parse_network(text);
    if (!network)
        return;
    test::must(network->bits <= 128, "a network has at most 128 bits");
    test::must(rules::contains(*network, network->prefix), "a network contains its prefix");
    auto other = network->prefix;
    if (network->bits > 0) {
        auto const bit = network->bits - 1;
        other[bit / 8] = static_cast<unsigned char>(other[bit / 8] ^ 0x80U >> bit % 8);
        test::must(!rules::contains(*network, other), "and nothing beside it");
    }
    if (auto const trusted = rules::parse_proxy_network(text))
        test::must(trusted->bits >= 16, "nobody trusts everyone");
}

void check_source(std::string const& address)
{
    auto const source = rules::rate_source(address);
    test::must(rules::rate_source(source) == source, "a source is its own source");
    auto const parsed = rules::parse_address(address);
    test::must(!parsed || rules::parse_address(source), "the source of an address is one");
}

} // namespace

void test::fuzz(std::string_view input)
{
    auto const peer = take_line(input);
    auto const forwarded = std::string{take_line(input)};
    auto const network_text = take_line(input);
    check_network(network_text);
    check_source(std::string{peer});

    must(rules::client_address(peer, {forwarded}, {}) == peer, "nobody is trusted unless named");
    auto const network = rules::parse_network(network_text);
    if (!network)
        return;
    std::vector const trusted{*network};
    auto const client = rules::client_address(peer, {forwarded}, trusted);
    if (!rules::is_trusted_proxy(peer, trusted)) {
        auto const own = rules::parse_address(peer);
        must(rules::parse_address(client) == own, "a stranger speaks for itself");
        must(own.has_value() || client == peer, "also without an address");
        return;
    }
    must(rules::parse_address(client).has_value(), "behind a proxy there is an address");
    check_source(client);
    must(
        rules::client_address(peer, {forwarded.substr(0, forwarded.rfind(',') + 1), {}}, trusted) ==
            rules::address_text(*rules::parse_address(peer)),
        "an empty last hop leaves the proxy itself"
    );
    // Clients write what stands on the left.
    if (!rules::is_trusted_proxy(client, trusted)) {
        auto const forged = "198.51.100.66, " + forwarded;
        must(
            rules::client_address(peer, {forged}, trusted) == client, "nobody forges their address"
        );
        must(
            rules::client_address(peer, {"198.51.100.66", forwarded}, trusted) == client,
            "nor with a header more"
        );
    }
}
