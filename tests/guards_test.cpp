// Rules about the route table that a reviewer would otherwise have to remember.
#define BOOST_TEST_MODULE guards
#include "server/http/match.hpp"
#include "server/http/operations.hpp"
#include "server/http/routes.hpp"
#include "tests/source_tree.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace {

std::string name_of(http::Route const& route)
{
    return std::string{http::verb_text(route.method)} + " " + std::string{route.path};
}

// Whoever adds a route that needs no credential says here why.
std::map<std::string, std::string> const public_routes{
    {"GET /health", "monitors have no key"},
    {"GET /.well-known/jwks.json", "any service verifies tokens with it"},
    {"GET /.well-known/did.json", "likewise, for those who resolve did:web"},
    {"GET /v1/did/{did}", "anyone who meets an agent may ask who it is; can be switched off"},
    {"GET /openapi.json", "tells how to ask, and nothing about anyone"},
    {"GET /docs", "the same for people"},
    {"GET /assets/{version}/{name}", "style and script of public pages"},
    {"POST /v1/signup", "makes the first key; closed unless switched on"},
    {"GET /v1/signup/verify/{token}", "opened from a mail; the link's secret is the credential"},
    {"GET /consent", "the person has no key; the link's secret decides what they may do"},
    {"POST /consent", "as above, with CSRF value and cookie"},
    {"GET /v1/consent/{authRequestId}", "tells nothing about the person"},
    {"POST /v1/consent/{authRequestId}/approve", "consent level instead of a key"},
    {"POST /v1/consent/{authRequestId}/deny", "consent level instead of a key"},
    {"GET /permissions", "a form for the link; shows nothing of anybody"},
    {"POST /permissions", "the session in the form says who it is; other sites are refused"},
    {"GET /dashboard/principal", "leads to GET /permissions"},
};

// POST operations that change nothing.
std::map<std::string, std::string> const reading_posts{
    {"POST /v1/tokens/verify", "the token is too long and too secret for a URL"},
    {"POST /v1/grants/verify", "likewise"},
    {"POST /v1/domains/{id}/verify", "it waits for a name server, and only then writes"},
};

// GET operations that change something. They must say the same when they are repeated.
std::map<std::string, std::string> const writing_gets{
    {"GET /v1/signup/verify/{token}", "a link in a mail can be nothing but a GET"},
};

// Public routes without a bucket of their own.
std::set<std::string> const unbucketed_public{
    "GET /health",
    "GET /.well-known/jwks.json",
    "GET /.well-known/did.json",
    "GET /assets/{version}/{name}",
    "GET /openapi.json",
    "GET /docs"};

// "/v1/agents/{agentId}" -> "/v1/agents/x"
std::string example_path(std::string_view pattern)
{
    std::string path;
    bool inside = false;
    for (auto const c : pattern) {
        inside = inside || c == '{';
        if (!inside)
            path += c;
        else if (c == '}') {
            path += 'x';
            inside = false;
        }
    }
    return path;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_public_route_is_on_the_list_with_its_reason)
{
    std::set<std::string> open;
    for (auto const& route : http::routes())
        if (route.auth == http::Auth::none) {
            open.insert(name_of(route));
            BOOST_TEST(public_routes.contains(name_of(route)), name_of(route) << " is not listed");
        }
    for (auto const& [name, reason] : public_routes) {
        BOOST_TEST(open.contains(name), name << " is listed but no public route");
        BOOST_TEST(!reason.empty());
    }
}

BOOST_AUTO_TEST_CASE(every_public_route_has_a_bucket_or_is_named_here)
{
    for (auto const& route : http::routes())
        if (route.auth == http::Auth::none && !unbucketed_public.contains(name_of(route)))
            BOOST_TEST(
                (route.limit != http::Limit::standard && route.limit != http::Limit::exempt),
                name_of(route) << " has no rate bucket"
            );
}

BOOST_AUTO_TEST_CASE(every_change_runs_on_the_writer_and_no_get_does)
{
    std::set<std::string> exceptions;
    for (auto const& route : http::routes()) {
        auto const name = name_of(route);
        auto const is_get = route.method == http::verb::get;
        auto const& named = is_get ? writing_gets : reading_posts;
        if (named.contains(name))
            exceptions.insert(name);
        auto const changes = is_get == named.contains(name);
        BOOST_TEST(http::is_write(route.tx) == changes, name);
    }
    BOOST_TEST(exceptions.size() == reading_posts.size() + writing_gets.size());
}

// The idempotency record of such a change belongs to that developer.
BOOST_AUTO_TEST_CASE(every_change_by_the_operator_names_its_developer)
{
    for (auto const& route : http::routes())
        if (route.auth == http::Auth::operator_ && http::is_write(route.tx))
            BOOST_TEST(
                (route.path.find("{developerId}") != std::string_view::npos), name_of(route)
            );
}

BOOST_AUTO_TEST_CASE(no_two_lines_are_the_same_operation)
{
    std::set<std::string> names;
    std::set<std::string_view> handlers;
    for (auto const& route : http::routes()) {
        BOOST_TEST(names.insert(name_of(route)).second, name_of(route) << " stands twice");
        BOOST_TEST(handlers.insert(route.operation.handler).second, route.operation.handler);
        BOOST_TEST(!route.summary.empty());
    }
}

BOOST_AUTO_TEST_CASE(every_route_has_its_line_of_the_operations)
{
    std::set<std::string_view> declared;
    for (auto const& declaration : http::declarations()) {
        BOOST_TEST(declared.insert(declaration.handler).second, declaration.handler);
        BOOST_TEST(!declaration.group.empty(), declaration.handler);
    }
    std::set<std::string_view> handlers;
    for (auto const& route : http::routes()) {
        handlers.insert(route.operation.handler);
        BOOST_TEST(
            declared.contains(route.operation.handler),
            "server/http/operations.cpp has no line for " << route.operation.handler
        );
    }
    for (auto const handler : declared)
        BOOST_TEST(handlers.contains(handler), handler << " is declared but no route");
}

BOOST_AUTO_TEST_CASE(every_line_is_reached_by_its_own_path)
{
    http::RouteIndex const index{http::routes()};
    for (auto const& route : http::routes()) {
        auto const match = index.find(http::verb_text(route.method), example_path(route.path));
        BOOST_TEST((match.route == &route), name_of(route) << " is shadowed by a line above it");
    }
}

BOOST_AUTO_TEST_CASE(every_handler_is_a_verb_and_a_noun_in_snake_case)
{
    for (auto const& route : http::routes()) {
        auto const name = route.operation.handler;
        BOOST_TEST(
            std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }),
            name
        );
    }
}

BOOST_AUTO_TEST_CASE(every_route_is_named_by_a_test)
{
    std::string all;
    for (auto const& file : source_files({"tests"}, {".cpp", ".mjs"}))
        if (file.path != "tests/guards_test.cpp")
            all += file.text;
    for (auto const& route : http::routes()) {
        auto const brace = std::min(route.path.find('{'), route.path.size());
        auto const close = route.path.rfind('}');
        auto const start = std::string{route.path.substr(0, brace)};
        auto const end = close == std::string_view::npos
                             ? std::string{}
                             : std::string{route.path.substr(close + 1)};
        BOOST_TEST(all.find(start) != std::string::npos, name_of(route) << " has no test");
        BOOST_TEST(all.find(end) != std::string::npos, name_of(route) << " has no test");
    }
}
