#include "server/rules/did.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using rules::agent_id_of;
using rules::is_web_domain;
using rules::web_did;

BOOST_AUTO_TEST_SUITE(did)

BOOST_AUTO_TEST_CASE(the_agent_id_is_what_follows_our_method)
{
    BOOST_TEST(
        agent_id_of("did:grantex:ag_01KJPWD6M0W17VDP01P914P7ZE").value() ==
        "ag_01KJPWD6M0W17VDP01P914P7ZE"
    );
    BOOST_TEST(agent_id_of("did:grantex:x-1.Y_2").value() == "x-1.Y_2");
}

BOOST_AUTO_TEST_CASE(other_methods_and_urls_are_no_agent_did)
{
    for (auto const* const other :
         {"", "did", "did:grantex", "did:grantex:", "DID:grantex:ag_1", "did:Grantex:ag_1",
          "did:web:auth.example.com", "did:grantexx:ag_1", " did:grantex:ag_1", "did:grantex:ag_1 ",
          "did:grantex:ag_1/x", "did:grantex:ag_1?x", "did:grantex:ag_1#k", "did:grantex:ag_1:x",
          "did:grantex:ag%5F1", "did:grantex:\xC3\xA9", "ag_1"})
        BOOST_TEST(!agent_id_of(other).has_value(), other);
    BOOST_TEST(!agent_id_of(std::string_view{"did:grantex:a\0b", 15}).has_value());
}

// did:web 2.5.1 and its examples
BOOST_AUTO_TEST_CASE(the_colon_of_a_port_is_escaped)
{
    BOOST_TEST(web_did("w3c-ccg.github.io") == "did:web:w3c-ccg.github.io");
    BOOST_TEST(web_did("example.com:3000") == "did:web:example.com%3A3000");
    BOOST_TEST(web_did("127.0.0.1:3001") == "did:web:127.0.0.1%3A3001");
    BOOST_TEST(web_did("[::1]:3001") == "did:web:%5B%3A%3A1%5D%3A3001");
}

BOOST_AUTO_TEST_CASE(a_web_domain_is_a_host_name_with_or_without_port)
{
    auto const label = std::string(63, 'a');
    auto const longest = label + "." + label + "." + label + "." + std::string(61, 'a');
    for (auto const& good :
         {std::string{"example.com"}, std::string{"a"}, std::string{"localhost:3001"},
          std::string{"a-1.EXAMPLE:65535"}, longest, longest + ":1"})
        BOOST_TEST(is_web_domain(good), good);
    for (auto const& bad :
         {std::string{},       std::string{"."},    std::string{"a."},        std::string{".a"},
          std::string{"a..b"}, std::string{"-a"},   std::string{"a-.b"},      std::string{"a b"},
          std::string{"a_b"},  std::string{"a/b"},  std::string{"https://a"}, std::string{"a:"},
          std::string{":1"},   std::string{"a:0"},  std::string{"a:65536"},   std::string{"a:1:2"},
          std::string{"a:+1"}, std::string{"a:1x"}, std::string{"a%3A1"},     std::string{"[::1]"},
          label + "a",         longest + "a"})
        BOOST_TEST(!is_web_domain(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
