// The client's address behind proxies, and what counts as one source.
#include "server/rules/client_address.hpp"

#include <boost/test/unit_test.hpp>

using namespace rules;

namespace {

std::vector<Network> trusting(std::initializer_list<std::string_view> texts)
{
    std::vector<Network> networks;
    for (auto const text : texts)
        networks.push_back(parse_proxy_network(text).value());
    return networks;
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_address_rules)

BOOST_AUTO_TEST_CASE(without_trusted_proxies_the_peer_is_the_client)
{
    BOOST_TEST(client_address("192.0.2.1", {"203.0.113.9"}, {}) == "192.0.2.1");
    BOOST_TEST(
        client_address("192.0.2.1", {"203.0.113.9"}, trusting({"127.0.0.1"})) == "192.0.2.1"
    );
}

BOOST_AUTO_TEST_CASE(the_right_most_stranger_is_the_client)
{
    auto const trusted = trusting({"127.0.0.1", "10.0.0.0/8", "fd00::/16"});
    BOOST_TEST(client_address("127.0.0.1", {"203.0.113.9"}, trusted) == "203.0.113.9");
    // What stands further left is what the client wrote itself.
    BOOST_TEST(client_address("127.0.0.1", {"8.8.8.8, 203.0.113.9"}, trusted) == "203.0.113.9");
    BOOST_TEST(
        client_address("127.0.0.1", {"8.8.8.8", "203.0.113.9 ,\t10.1.2.3"}, trusted) ==
        "203.0.113.9"
    );
    BOOST_TEST(client_address("fd00::1", {"2001:db8::9"}, trusted) == "2001:db8::9");
    // All of them proxies: the outermost.
    BOOST_TEST(client_address("127.0.0.1", {"10.0.0.1, 10.0.0.2"}, trusted) == "10.0.0.1");
    BOOST_TEST(client_address("127.0.0.1", {}, trusted) == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(ports_are_left_out_and_nonsense_stops_at_the_proxy_that_said_it)
{
    auto const trusted = trusting({"127.0.0.1"});
    BOOST_TEST(client_address("127.0.0.1", {"203.0.113.9:4711"}, trusted) == "203.0.113.9");
    BOOST_TEST(client_address("127.0.0.1", {"[2001:db8::9]:4711"}, trusted) == "2001:db8::9");
    BOOST_TEST(client_address("127.0.0.1", {"[2001:db8::9]"}, trusted) == "2001:db8::9");
    for (auto const* const nonsense :
         {"", "unknown", "_hidden", "203.0.113", "203.0.113.9.9", "[", "[]", ",", "0x7f.1"})
        BOOST_TEST(client_address("127.0.0.1", {"203.0.113.9", nonsense}, trusted) == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(a_mapped_address_is_the_ipv4_address_it_stands_for)
{
    auto const trusted = trusting({"127.0.0.1"});
    BOOST_TEST(client_address("::ffff:127.0.0.1", {"203.0.113.9"}, trusted) == "203.0.113.9");
    BOOST_TEST(client_address("127.0.0.1", {"::ffff:203.0.113.9"}, trusted) == "203.0.113.9");
}

BOOST_AUTO_TEST_CASE(S_100_networks_that_hold_everyone_are_refused)
{
    for (auto const* const wide :
         {"true", "*", "", "0.0.0.0/0", "::/0", "0.0.0.0/7", "::ffff:0:0/96", "2000::/3", "::/8",
          "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "fd00::/129", "localhost"})
        BOOST_TEST(!parse_proxy_network(wide).has_value(), wide);
    for (auto const* const narrow :
         {"127.0.0.1", "10.0.0.0/8", "192.168.0.0/16", "::1", "fd00::/16", "192.0.2.1/32"})
        BOOST_TEST(parse_proxy_network(narrow).has_value(), narrow);
}

BOOST_AUTO_TEST_CASE(S_101_one_ipv6_network_is_one_source)
{
    BOOST_TEST(rate_source("2001:db8::1") == rate_source("2001:db8::2"));
    BOOST_TEST(rate_source("2001:db8::1") == rate_source("2001:db8:0:0:ffff::2"));
    BOOST_TEST(rate_source("2001:db8::1") != rate_source("2001:db8:0:1::1"));
    BOOST_TEST(rate_source("192.0.2.1") != rate_source("192.0.2.2"));
    BOOST_TEST(rate_source("192.0.2.1") == "192.0.2.1");
    BOOST_TEST(rate_source("::ffff:192.0.2.1") == "192.0.2.1");
}

BOOST_AUTO_TEST_SUITE_END()
