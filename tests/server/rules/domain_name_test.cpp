#include "server/rules/domain_name.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(domain_name)

BOOST_AUTO_TEST_CASE(a_name_is_brought_into_the_form_in_which_it_is_looked_up)
{
    struct Case
    {
        std::string_view given, normal;
    };
    for (auto const& [given, normal] :
         {Case{"agents.example.com", "agents.example.com"},
          Case{" Agents.Example.COM.", "agents.example.com"},
          Case{
              "b\xC3\xBC"
              "cher.example",
              "xn--bcher-kva.example"},
          Case{"BÜCHER.example", "xn--bcher-kva.example"},
          Case{"a-b.c1.example", "a-b.c1.example"}})
        BOOST_TEST(rules::normal_domain(given).value_or("none") == normal, given);
}

BOOST_AUTO_TEST_CASE(what_is_no_name_of_a_domain_is_refused)
{
    auto const long_label = std::string(64, 'a') + ".example";
    std::string long_name = "example";
    while (long_name.size() < 254)
        long_name = "aaaaaaa." + long_name;
    for (auto const& text :
         {std::string{""},
          std::string{" "},
          std::string{"."},
          std::string{"localhost"},
          std::string{"example"},
          std::string{"127.0.0.1"},
          std::string{"10.1"},
          std::string{"[::1]"},
          std::string{"::1"},
          std::string{"https://example.com"},
          std::string{"example.com/x"},
          std::string{"example.com:443"},
          std::string{"a..example"},
          std::string{"-a.example"},
          std::string{"a-.example"},
          std::string{"_a.example"},
          std::string{"a b.example"},
          std::string{"*.example"},
          std::string{"example.com.."},
          std::string{"ex\0ample.com", 12},
          long_label,
          long_name})
        BOOST_TEST(!rules::normal_domain(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
