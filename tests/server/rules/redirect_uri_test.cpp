#include "server/rules/redirect_uri.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace std::string_literals;
using namespace std::string_view_literals;
using rules::redirect_uri_fault;
using Parameters = std::vector<std::pair<std::string_view, std::string_view>>;

namespace {

constexpr rules::RedirectUriRules live{};
constexpr rules::RedirectUriRules live_with_loopback{.allow_loopback_http = true};
constexpr rules::RedirectUriRules sandbox{.live = false};

// What a receiver gets out of the query for one parameter.
std::string decoded(std::string_view uri, std::string_view name)
{
    auto const prefix = std::string{name} + '=';
    auto query = uri.substr(uri.find('?') + 1);
    while (!query.starts_with(prefix))
        query.remove_prefix(query.find('&') + 1);
    query = query.substr(prefix.size(), query.find('&') - prefix.size());
    std::string value;
    for (std::size_t i = 0; i < query.size(); ++i)
        if (query[i] == '%') {
            value += static_cast<char>(std::stoi(std::string{query.substr(i + 1, 2)}, nullptr, 16));
            i += 2;
        } else {
            value += query[i] == '+' ? ' ' : query[i]; // as HTML forms are read
        }
    return value;
}

// That the sentence names the matter, so that a URI is not refused for another reason.
void check_fault(std::string_view uri, rules::RedirectUriRules const& rules, std::string_view about)
{
    BOOST_TEST_CONTEXT(uri)
    {
        auto const fault = redirect_uri_fault(uri, rules);
        BOOST_REQUIRE(fault);
        BOOST_TEST_CONTEXT(*fault)
        BOOST_TEST(fault->find(about) != std::string::npos);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(redirect_uri)

BOOST_AUTO_TEST_CASE(ordinary_https_urls_are_accepted_in_every_mode)
{
    for (auto uri :
         {"https://app.nimbus.example/grantex/callback"sv,
          "https://app.example.com"sv,
          "https://app.example.com/"sv,
          "https://app.example.com?x=1"sv,
          "https://app.example.com:8443/cb"sv,
          "https://app.example.com:65535/"sv,
          "HTTPS://App.Example.COM/cb"sv,
          "https://xn--bcher-kva.example/cb"sv,
          "https://my_app.example.com/cb"sv,
          "https://8.8.8.8/cb"sv,
          "https://[2600:1::1]:8443/cb"sv,
          "https://[2600::]/cb"sv,
          "https://a.example/cb?x=%20&list[]=1&codex=1&mystate=2"sv,
          "https://a.example/@user/a:b;c,d!$'()*+=~"sv,
          "https://a.example/?u=http://b@c"sv,
          "https://a.example/code?encode=1"sv,
          "https://172.32.0.1/"sv,
          "https://100.128.0.1/"sv,
          "https://11.0.0.1/"sv,
          "https://1.1.1.1.example/"sv,
          "https://1e100.net/"sv,
          "https://localhost.example.com/"sv,
          "https://mylocalhost/"sv})
        for (auto const& rules : {live, live_with_loopback, sandbox})
            BOOST_TEST_CONTEXT(uri)
    BOOST_TEST(redirect_uri_fault(uri, rules).value_or("") == "");
}

BOOST_AUTO_TEST_CASE(S_057_what_is_not_an_absolute_http_url_is_refused)
{
    for (auto uri :
         {""sv, "app.example.com"sv, "/callback"sv, "//app.example.com/cb"sv, "https"sv, "https:"sv,
          "https:/"sv, "https:app.example.com"sv, "https:/app.example.com"sv,
          "javascript:alert(1)"sv, "data:text/html,x"sv, "ftp://a.example/"sv, "ws://a.example/"sv,
          "myapp://callback"sv, "file:///etc/passwd"sv, "xhttps://a.example/"sv,
          "blob:https://a.example/"sv})
        check_fault(uri, sandbox, "absolute");
    for (auto uri :
         {"https://"sv, "https:///"sv, "https:///a.example"sv, "https://?x"sv, "https://:443/"sv,
          "https://::1/"sv, "https:///@a.example"sv})
        check_fault(uri, sandbox, "must have a host");
}

BOOST_AUTO_TEST_CASE(S_057_characters_that_readers_disagree_about_are_refused)
{
    for (auto uri :
         {"https://a.example/ "sv, " https://a.example/"sv, "https://a b.example/"sv,
          "https://a.example/\t"sv, "https://a.example/\r\nLocation: x"sv, "https://a.example/\0"sv,
          "https://a.example/\x7f"sv, "https://\xc3\xa9.example/"sv, "https://a.example/\xc3\xa9"sv,
          "https://a\u3002example/"sv, "https://\xff/"sv})
        check_fault(uri, sandbox, "spaces, control characters");
    for (auto uri :
         {"https://host\\@evil.example/"sv, "https:\\\\a.example/"sv,
          "https://a.example\\.evil.example/"sv})
        check_fault(uri, sandbox, "backslash");
    for (auto uri :
         {"https://a.example/<b>"sv, "https://a.example/\""sv, "https://a.example/{x}"sv,
          "https://a.example/`"sv, "https://a.example/^"sv, "https://a.example/?a|b"sv})
        check_fault(uri, sandbox, "percent-encoded");
    for (auto uri :
         {"https://a.example/%"sv, "https://a.example/%2"sv, "https://a.example/%zz"sv,
          "https://a.example/?%u0041"sv})
        check_fault(uri, sandbox, "percent sign");
    for (auto uri :
         {"https://a.example/#"sv, "https://a.example/cb#x"sv, "https://evil#@a.example"sv,
          "https://a.example#"sv})
        check_fault(uri, sandbox, "fragment");
}

BOOST_AUTO_TEST_CASE(S_057_user_info_is_refused)
{
    for (auto uri :
         {"http://a@b"sv, "https://a:b@c.example/"sv, "https://@a.example/"sv,
          "https://a.example@evil.example/"sv, "https://a@b@c.example/"sv,
          "https://a.example:443@evil.example/"sv, "https://[::1]@evil.example/"sv,
          "https://a.example%40@evil.example/"sv, "https://a@/"sv})
        check_fault(uri, sandbox, "user name");
}

BOOST_AUTO_TEST_CASE(S_057_hosts_that_are_no_names_are_refused)
{
    auto const long_label = "https://" + std::string(64, 'a') + ".example/";
    std::string long_name = "https://";
    for (auto i = 0; i < 127; ++i)
        long_name += "a.";
    for (auto uri :
         {"https://a%2eexample/"sv, "https://%61.example/"sv,    "https://a..example/"sv,
          "https://.example/"sv,    "https://a.example./"sv,     "https://-a.example/"sv,
          "https://a-.example/"sv,  "https://a,b.example/"sv,    "https://a;b/"sv,
          "https://a'b/"sv,         "https://*.example.com/"sv,  "https://a!b.example/"sv,
          "https://[::1/"sv,        "https://[::1]x/"sv,         "https://[]/"sv,
          "https://[a.example]/"sv, "https://[1.2.3.4]/"sv,      "https://[fe80::1%25eth0]/"sv,
          "https://[v1.a]/"sv,      "https://[1::2::3]/"sv,      "https://x[::1]/"sv,
          "https://[[::1]]/"sv,     std::string_view{long_label}})
        check_fault(uri, sandbox, "not a valid domain name");
    check_fault(long_name + "example/", sandbox, "not a valid domain name");
}

BOOST_AUTO_TEST_CASE(ports_outside_1_to_65535_are_refused)
{
    for (auto uri :
         {"https://a.example:/"sv, "https://a.example:0/"sv, "https://a.example:65536/"sv,
          "https://a.example:99999/"sv, "https://a.example:0443/"sv, "https://a.example:-1/"sv,
          "https://a.example:+80/"sv, "https://a.example:80a/"sv, "https://a.example:80:80/"sv,
          "https://a.example:4294967739/"sv, "https://[2600::1]:/"sv, "https://[2600::1]:65536/"sv})
        check_fault(uri, sandbox, "port");
}

BOOST_AUTO_TEST_CASE(S_057_parameters_of_the_answer_are_reserved)
{
    for (auto uri :
         {"https://a.example/?code=1"sv, "https://a.example/?state="sv,
          "https://a.example/?error"sv, "https://a.example/?iss=x"sv,
          "https://a.example/?a=1&code=2"sv, "https://a.example/?a=1;state=2"sv,
          "https://a.example/?c%6Fde=1"sv, "https://a.example/?%73tate=1"sv,
          "https://a.example?&&iss"sv})
        check_fault(uri, sandbox, "parameters code, state, error or iss");
}

BOOST_AUTO_TEST_CASE(a_uri_has_at_most_2048_bytes)
{
    auto const longest = "https://a.example/" + std::string(2048 - 18, 'a');
    BOOST_TEST(longest.size() == 2048u);
    BOOST_TEST(!redirect_uri_fault(longest, live));
    check_fault(longest + "a", live, "2048");
    check_fault(std::string(10'000'000, '@'), sandbox, "2048");
}

BOOST_AUTO_TEST_CASE(S_058_plain_http_is_for_loopback_only_and_only_when_allowed)
{
    for (auto uri :
         {"http://127.0.0.1/cb"sv, "http://127.0.0.1:33418/cb"sv, "http://[::1]:8080/"sv,
          "http://localhost:3000/cb"sv, "http://LocalHost/"sv, "http://[0:0:0:0:0:0:0:1]/"sv,
          "https://localhost/"sv, "https://127.0.0.1/"sv})
        BOOST_TEST_CONTEXT(uri)
        {
            BOOST_TEST(!redirect_uri_fault(uri, live_with_loopback));
            BOOST_TEST(!redirect_uri_fault(uri, sandbox));
            BOOST_TEST(redirect_uri_fault(uri, live).has_value());
        }
    for (auto uri :
         {"http://a.example/cb"sv, "http://10.0.0.1/"sv, "http://127.0.0.2/"sv,
          "http://app.localhost/"sv, "http://localhost.evil.example/"sv,
          "http://[::ffff:127.0.0.1]/"sv, "http://127.0.0.1.evil.example/"sv})
    {
        check_fault(uri, live_with_loopback, "must use https");
        check_fault(uri, live, "must use https");
        BOOST_TEST(!redirect_uri_fault(uri, sandbox));
    }
}

BOOST_AUTO_TEST_CASE(S_058_live_mode_refuses_private_hosts)
{
    for (auto host :
         {"0.0.0.0"sv,
          "0.1.2.3"sv,
          "10.0.0.1"sv,
          "10.255.255.255"sv,
          "100.64.0.1"sv,
          "100.127.255.255"sv,
          "127.0.0.2"sv,
          "127.255.255.255"sv,
          "169.254.169.254"sv,
          "172.16.0.1"sv,
          "172.31.255.255"sv,
          "192.0.0.1"sv,
          "192.168.0.1"sv,
          "192.168.255.255"sv,
          "198.18.0.1"sv,
          "198.19.255.255"sv,
          "224.0.0.1"sv,
          "240.0.0.1"sv,
          "255.255.255.255"sv,
          "[::]"sv,
          "[::ffff:10.0.0.1]"sv,
          "[::ffff:7f00:1]"sv,
          "[::ffff:127.0.0.1]"sv,
          "[::127.0.0.1]"sv,
          "[::a00:1]"sv,
          "[::ffff:0:10.0.0.1]"sv,
          "[64:ff9b::10.0.0.1]"sv,
          "[64:ff9b:1::1]"sv,
          "[2002:a00:1::1]"sv,
          "[2002:7f00:1::]"sv,
          "[2001:0:1::1]"sv,
          "[fc00::1]"sv,
          "[fdff::1]"sv,
          "[fe80::1]"sv,
          "[febf::1]"sv,
          "[fec0::1]"sv,
          "[ff02::1]"sv,
          "[FD00::1]"sv,
          "app.localhost"sv,
          "localhost.localdomain"sv,
          "ip6-localhost"sv,
          "ip6-loopback"sv,
          "A.LOCALHOST"sv})
    {
        auto const uri = "https://" + std::string{host} + "/cb";
        check_fault(uri, live, "private or local");
        check_fault(uri, live_with_loopback, "private or local");
        BOOST_TEST_CONTEXT(host)
        BOOST_TEST(!redirect_uri_fault(uri, sandbox));
    }
    for (auto host : {"localhost"sv, "127.0.0.1"sv, "[::1]"sv})
        check_fault("https://" + std::string{host}, live, "private or local");
    for (auto host :
         {"9.255.255.255"sv, "100.63.255.255"sv, "169.253.0.1"sv, "172.15.255.255"sv, "192.0.1.1"sv,
          "192.167.0.1"sv, "198.20.0.1"sv, "223.255.255.255"sv, "[::ffff:8.8.8.8]"sv,
          "[64:ff9b::8.8.8.8]"sv, "[2002:808:808::1]"sv, "[fbff::1]"sv, "[fe00::1]"sv,
          "[2a00::1]"sv})
        BOOST_TEST_CONTEXT(host)
    BOOST_TEST(!redirect_uri_fault("https://" + std::string{host} + "/cb", live));
}

// Browsers read all of these as IPv4 addresses, most of them as 127.0.0.1.
BOOST_AUTO_TEST_CASE(addresses_in_other_spellings_are_refused_in_every_mode)
{
    for (auto host : {"127.1"sv,      "127.0.1"sv,      "2130706433"sv, "0x7f.1"sv,
                      "0X7F000001"sv, "0x7f.0.0.0x1"sv, "0177.0.0.1"sv, "017700000001"sv,
                      "0"sv,          "00.0.0.0"sv,     "127.0.0.01"sv, "127.0.0.0x1"sv,
                      "0x"sv,         "a.0x"sv,         "256.0.0.1"sv,  "1.2.3.4.5"sv,
                      "1.2.3"sv,      "08.8.8.8"sv,     "a.1"sv,        "a.example.0x7f"sv,
                      "10.0.0.1."sv,  "localhost."sv,   "4294967296"sv, "99999999999999999999"sv})
        for (auto const& rules : {live, live_with_loopback, sandbox}) {
            check_fault("https://" + std::string{host} + "/cb", rules, "not a valid domain name");
            check_fault("http://" + std::string{host} + ":80", rules, "not a valid domain name");
        }
}

BOOST_AUTO_TEST_CASE(parameters_are_added_and_the_rest_kept_byte_for_byte)
{
    // What stands before and after: everything after the path.
    struct
    {
        std::string_view query, expected;
    } const rows[] = {
        {"", "?code=c&state=s"},
        {"?", "?code=c&state=s"},
        {"?x=1", "?x=1&code=c&state=s"},
        {"?x=%7e+%20&Y&=&&z=a=b?c/d;e", "?x=%7e+%20&Y&=&&z=a=b?c/d;e&code=c&state=s"},
        {"?x=1&", "?x=1&&code=c&state=s"},
        {"?&x", "?&x&code=c&state=s"},
        {"?code=old", "?code=c&state=s"},
        {"?x=1&code=old&y=2&code&state=z", "?x=1&y=2&code=c&state=s"},
        {"?c%6Fde=old&%73tate", "?code=c&state=s"},
        {"?Code=1&codes=2&xcode=3&%zz=4", "?Code=1&codes=2&xcode=3&%zz=4&code=c&state=s"},
        {"?x=code=old", "?x=code=old&code=c&state=s"},
    };
    Parameters const parameters{{"code", "c"}, {"state", "s"}};
    for (auto base : {"https://a.example"s, "https://a.example/cb"s})
        for (auto const& row : rows)
            BOOST_TEST(
                rules::redirect_with(base + std::string{row.query}, parameters) ==
                base + std::string{row.expected}
            );
    BOOST_TEST(rules::redirect_with("https://a.example/?x=1&y", {}) == "https://a.example/?x=1&y");
}

BOOST_AUTO_TEST_CASE(S_060_a_state_of_any_bytes_arrives_unchanged)
{
    std::string every_byte;
    for (auto byte = 0; byte < 256; ++byte)
        every_byte += static_cast<char>(byte);
    auto const reserved = ":/?#[]@!$&'()*+,;= %\"<>\\^`{|}~é😀&code=evil#x\r\nSet-Cookie: a"s;
    std::string longest;
    while (longest.size() < 1024)
        longest += reserved;
    for (auto const& state : {every_byte, reserved, longest.substr(0, 1024), ""s, "%41"s, "a+b"s}) {
        Parameters const parameters{{"code", "n3Vb8QkT_-~."}, {"state", state}};
        auto const uri = rules::redirect_with("https://a.example/cb?keep=1", parameters);
        BOOST_TEST(uri.starts_with("https://a.example/cb?keep=1&code=n3Vb8QkT_-~.&state="));
        BOOST_TEST((decoded(uri, "state") == state));
        BOOST_TEST(std::ranges::count(uri, '&') == 2);
        BOOST_TEST(uri.find_first_of("#\r\n \"<>'") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(host_and_origin_are_those_of_the_uri)
{
    struct
    {
        std::string_view uri, host, origin;
    } const rows[] = {
        {"https://app.example.com/cb", "app.example.com", "https://app.example.com"},
        {"https://app.example.com", "app.example.com", "https://app.example.com"},
        {"https://app.example.com?x=http://b", "app.example.com", "https://app.example.com"},
        {"HTTPS://App.Example:8443/cb", "app.example:8443", "https://app.example:8443"},
        {"https://app.example.com:443/cb", "app.example.com:443", "https://app.example.com"},
        {"http://localhost:80/", "localhost:80", "http://localhost"},
        {"http://localhost:443/", "localhost:443", "http://localhost:443"},
        {"http://[::1]:3000/cb", "[::1]:3000", "http://[::1]:3000"},
        {"http://[::1]/cb:1", "[::1]", "http://[::1]"},
        {"nonsense", "", ""},
        {"", "", ""},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.uri)
        {
            BOOST_TEST(rules::redirect_host(row.uri) == row.host);
            BOOST_TEST(rules::redirect_origin(row.uri) == row.origin);
        }
}

BOOST_AUTO_TEST_SUITE_END()
