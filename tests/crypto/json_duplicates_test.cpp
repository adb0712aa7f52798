#include "crypto/json_duplicates.hpp"

#include <boost/test/unit_test.hpp>

#include <ctime>
#include <string>

BOOST_AUTO_TEST_SUITE(json_duplicates)

BOOST_AUTO_TEST_CASE(texts_without_repeated_names_pass)
{
    for (auto const* json :
         {R"({})", R"([])", R"("text")", R"(null)", R"( {"a":1} )", R"({"a":1,"b":2,"A":3,"":4})",
          R"({"a":{"a":{"a":1}}})", R"([{"a":1},{"a":1}])", R"({"a":[{"b":1},{"b":2}],"b":3})",
          R"({"a":"a","b":"a"})", R"({"a":1.5e3,"b":-1,"c":18446744073709551615,"d":true})"})
        BOOST_TEST_CONTEXT(json)
    BOOST_TEST(crypto::has_unique_members(json));
}

BOOST_AUTO_TEST_CASE(a_repeated_name_is_found_at_any_depth)
{
    for (auto const* json :
         {R"({"a":1,"a":1})", R"({"a":1,"b":2,"a":3})", R"({"a":1,"\u0061":2})", R"({"":1,"":2})",
          R"({"x":{"a":1,"a":2}})", R"([[[{"a":1,"a":2}]]])", R"({"a":{"b":1},"a":{"c":1}})",
          R"({"a":1,"x":{"a":1},"a":2})", R"({"\u00e9":1,"é":2})",
          R"({"alg":"none","kid":"k","alg":"RS256"})"})
        BOOST_TEST_CONTEXT(json)
    BOOST_TEST(!crypto::has_unique_members(json));
}

BOOST_AUTO_TEST_CASE(what_is_not_json_does_not_pass)
{
    for (auto const& json :
         {std::string(), std::string(" "), std::string("{"), std::string(R"({"a")"),
          std::string(R"({"a":1} x)"), std::string(R"({"a":1}{"a":1})"), std::string(R"({"a":1,})"),
          std::string(R"({a:1})"), std::string(R"({'a':1})"), std::string("{\"a\":1}\0", 8),
          std::string("{\"a\":\"\xFF\"}"), std::string("{\"\xC3\":1}"), std::string("// c\n{}"),
          std::string(10'000, '['), std::string("NaN")})
        BOOST_TEST_CONTEXT(json.substr(0, 40))
    BOOST_TEST(!crypto::has_unique_members(json));
}

BOOST_AUTO_TEST_CASE(long_names_and_many_names_are_compared_in_full)
{
    std::string const name(5'000, 'n');
    auto const pair = [](std::string const& a, std::string const& b) {
        return "{\"" + a + "\":1,\"" + b + "\":2}";
    };
    BOOST_TEST(crypto::has_unique_members(pair(name + "1", name + "2")));
    BOOST_TEST(!crypto::has_unique_members(pair(name, name)));
    // With an escape inside, a name of this length arrives in several pieces.
    BOOST_TEST(crypto::has_unique_members(pair("1\\u0061" + name, "2\\u0061" + name)));
    BOOST_TEST(!crypto::has_unique_members(pair("a" + name, "\\u0061" + name)));

    std::string many = "{";
    for (int i = 0; i < 100'000; ++i)
        many += '"' + std::to_string(i) + "\":0,";
    auto const started = std::clock(); // processor time: other programs do not count
    BOOST_TEST(crypto::has_unique_members(many + "\"x\":0}"));
    BOOST_TEST(!crypto::has_unique_members(many + "\"77\":0}"));
    BOOST_TEST(std::clock() - started < 5 * CLOCKS_PER_SEC);
}

BOOST_AUTO_TEST_SUITE_END()
