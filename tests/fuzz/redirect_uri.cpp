// Redirect URIs: first line the value of `state`, second line the URI.
#include "server/rules/redirect_uri.hpp"
#include "server/http/request.hpp"
#include "tests/fuzz/fuzzer.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <array>
#include <string>
#include <vector>

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string_view query_of(std::string_view uri)
{
    auto const mark = uri.find('?');
    return mark == uri.npos ? std::string_view{} : uri.substr(mark + 1);
}

// What a browser is sent to is the URI that was checked, and two parameters more.
void check_redirect(std::string_view uri, std::string_view state)
{
    std::array<std::pair<std::string_view, std::string_view>, 2> const parameters{
        {{"code", "a code"}, {"state", state}}};
    auto const target = rules::redirect_with(uri, parameters);
    test::must(
        target.starts_with(uri.substr(0, uri.find('?'))), "scheme, host and path stay as they are"
    );
    test::must(
        target.find_first_of("#\\ \r\n\t") == target.npos, "the target is one URI without fragment"
    );
    test::must(
        rules::redirect_origin(target) == rules::redirect_origin(uri), "the origin stays as it is"
    );
    auto const before = http::parse_pairs(query_of(uri));
    auto const after = http::parse_pairs(query_of(target));
    auto expected = before;
    expected.emplace_back("code", "a code");
    expected.emplace_back("state", state);
    test::must(after == expected, "the parameters are those before, the code and the state");
}

// Boost.URL reads RFC 3986 as it is written. It knows no brackets behind the host.
void check_against_boost(std::string_view uri)
{
    auto const behind = uri.substr(std::min(uri.find_first_of("/?", 8), uri.size()));
    if (behind.find_first_of("[]") != behind.npos)
        return;
    auto const parsed = boost::urls::parse_uri(uri);
    test::must(parsed.has_value(), "an accepted URI is one");
    // Boost 1.81 takes 192.0.2.1.example.com for an address and a path.
    auto const path = std::string_view{parsed->encoded_path()};
    if (!path.empty() && !path.starts_with('/'))
        return;
    test::must(
        !parsed->has_userinfo() && !parsed->has_fragment(), "it has neither user nor anchor"
    );
    std::string host{std::string_view{parsed->encoded_host()}};
    std::ranges::transform(host, host.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    auto const own = rules::redirect_host(uri);
    test::must(own.starts_with(host), "both read the same host");
    test::must(
        own.size() == host.size() || own[host.size()] == ':', "and nothing but a port after"
    );
}

} // namespace

void test::fuzz(std::string_view input)
{
    auto const state = take_line(input);
    auto const accepted = [&](bool live, bool loopback) {
        return !rules::redirect_uri_fault(input, {.live = live, .allow_loopback_http = loopback});
    };
    auto const strict = accepted(true, false);
    must(!strict || accepted(true, true), "to allow loopback refuses nothing");
    must(
        !accepted(true, true) || accepted(false, true),
        "the sandbox refuses nothing that live takes"
    );
    must(accepted(false, true) == accepted(false, false), "the sandbox allows loopback anyway");
    if (strict)
        must(rules::redirect_origin(input).starts_with("https://"), "live is https");
    if (accepted(false, false)) {
        check_redirect(input, state);
        check_against_boost(input);
    }
}
