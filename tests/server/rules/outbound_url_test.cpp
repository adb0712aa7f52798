#include "server/rules/outbound_url.hpp"

#include "server/rules/http_url.hpp"

#include <boost/test/unit_test.hpp>

namespace {

bool blocks(std::string_view address, rules::OutboundPolicy const& policy = {})
{
    return rules::is_blocked(rules::parse_address(address).value(), policy);
}

} // namespace

BOOST_AUTO_TEST_SUITE(outbound_url)

BOOST_AUTO_TEST_CASE(a_url_is_taken_apart_for_the_request)
{
    auto const url = rules::parse_http_url("HTTPS://Hooks.Example.com:8443/a%20b?x=1&y#part");
    BOOST_REQUIRE(url.has_value());
    BOOST_TEST(url->tls);
    BOOST_TEST(url->host == "hooks.example.com");
    BOOST_TEST(url->port == 8443);
    BOOST_TEST(url->authority == "hooks.example.com:8443");
    BOOST_TEST(url->target == "/a%20b?x=1&y");
}

BOOST_AUTO_TEST_CASE(the_usual_port_is_not_named_and_an_empty_path_is_the_root)
{
    auto const secure = rules::parse_http_url("https://hooks.example.com:443?x").value();
    BOOST_TEST(secure.authority == "hooks.example.com");
    BOOST_TEST(secure.target == "/?x");
    auto const plain = rules::parse_http_url("http://[2600::1]:/").value();
    BOOST_TEST(plain.host == "2600::1");
    BOOST_TEST(plain.authority == "[2600::1]");
    BOOST_TEST(plain.port == 80);
}

BOOST_AUTO_TEST_CASE(what_is_no_url_of_http_is_none)
{
    for (auto const* const text :
         {"", "hooks.example.com", "//hooks.example.com/", "ftp://hooks.example.com/", "https://",
          "https:///x", "https://ho st/", "https://hooks.example.com:0/",
          "https://hooks.example.com:65536/", "https://hooks.example.com:80:80/",
          "https://hooks.example.com\\@127.0.0.1/", "https://127.1/", "https://0x7f.1/",
          "https://hooks.example.com./", "https://h%6foks.example.com/", "https://[::1/"})
        BOOST_TEST(!rules::parse_http_url(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(every_first_and_last_address_of_the_blocked_networks_is_blocked)
{
    for (auto const* const address :
         {"0.0.0.0",      "0.255.255.255",   "10.0.0.0",     "10.255.255.255",
          "100.64.0.0",   "100.127.255.255", "127.0.0.0",    "127.255.255.255",
          "169.254.0.0",  "169.254.255.255", "172.16.0.0",   "172.31.255.255",
          "192.0.0.0",    "192.0.0.255",     "192.0.2.0",    "192.88.99.255",
          "192.168.0.0",  "192.168.255.255", "198.18.0.0",   "198.19.255.255",
          "198.51.100.7", "203.0.113.255",   "224.0.0.0",    "239.255.255.255",
          "240.0.0.0",    "255.255.255.255", "::",           "::1",
          "::7f00:1",     "100::1",          "2001::1",      "2001:0:ffff::1",
          "2001:db8::1",  "fc00::",          "fdff:ffff::1", "fe80::1",
          "febf::1",      "fec0::1",         "feff::1",      "ff00::1",
          "64:ff9b:1::1"})
        BOOST_TEST(blocks(address), address);
}

BOOST_AUTO_TEST_CASE(addresses_beside_the_blocked_networks_are_not)
{
    for (auto const* const address :
         {"1.0.0.0",          "9.255.255.255",   "11.0.0.0",       "100.63.255.255",
          "100.128.0.0",      "126.255.255.255", "128.0.0.0",      "169.253.255.255",
          "169.255.0.0",      "172.15.255.255",  "172.32.0.0",     "192.0.1.0",
          "192.167.255.255",  "192.169.0.0",     "198.17.255.255", "198.20.0.0",
          "223.255.255.255",  "2001:1::1",       "2600::1",        "fbff::1",
          "64:ff9b::808:808", "2002:808:808::1"})
        BOOST_TEST(!blocks(address), address);
}

BOOST_AUTO_TEST_CASE(an_address_that_stands_for_a_blocked_one_is_blocked)
{
    for (auto const* const address :
         {"::ffff:127.0.0.1", "::ffff:10.1.2.3", "64:ff9b::7f00:1", "64:ff9b::a01:203",
          "2002:7f00:1::", "2002:a9fe:a9fe::1", "::ffff:0:7f00:1", "2600:1:2:3:0:5efe:7f00:1",
          "2600:1:2:3:200:5efe:a00:1"})
        BOOST_TEST(blocks(address), address);
}

BOOST_AUTO_TEST_CASE(private_networks_that_are_named_are_allowed_and_no_others)
{
    rules::OutboundPolicy const policy{
        .plain_http = false, .private_networks = {rules::parse_network("10.20.0.0/16").value()}};
    BOOST_TEST(!blocks("10.20.255.255", policy));
    BOOST_TEST(!blocks("64:ff9b::a14:1", policy));
    BOOST_TEST(blocks("10.21.0.0", policy));
    BOOST_TEST(blocks("127.0.0.1", policy));
}

BOOST_AUTO_TEST_CASE(names_that_lead_inside_are_refused_when_they_are_set)
{
    for (auto const* const host :
         {"localhost", "LOCALHOST", "a.localhost", "localhost.localdomain", "printer.local",
          "db.internal", "nas.home.arpa"})
        BOOST_TEST(
            rules::outbound_url_fault("https://" + std::string{host} + "/", {}).has_value(), host
        );
    for (auto const* const host : {"hooks.example.com", "notlocal", "internal.example.com"})
        BOOST_TEST(
            !rules::outbound_url_fault("https://" + std::string{host} + "/", {}).has_value(), host
        );
}

BOOST_AUTO_TEST_CASE(plain_http_is_taken_only_when_it_is_switched_on)
{
    rules::OutboundPolicy const plain{.plain_http = true, .private_networks = {}};
    BOOST_TEST(rules::outbound_url_fault("http://hooks.example.com/", {}).has_value());
    BOOST_TEST(!rules::outbound_url_fault("http://hooks.example.com/", plain).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
