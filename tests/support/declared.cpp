#include "tests/support/declared.hpp"

#include "server/http/match.hpp"
#include "server/http/refusals.hpp"
#include "server/http/response_headers.hpp"
#include "server/http/routes.hpp"
#include "tests/support/json_schema.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>

namespace support {

namespace {

struct Declared
{
    std::vector<http::AnswerShape> answers;
    std::vector<http::DeclaredRefusal> refusals;
};

http::Schemas& schemas()
{
    static http::Schemas made;
    return made;
}

Declared const& declared_of(http::Route const& route)
{
    static std::map<http::Route const*, Declared> kept;
    auto const found = kept.find(&route);
    if (found != kept.end())
        return found->second;
    auto shape = route.operation.shape(schemas());
    return kept[&route] = {std::move(shape.answers), http::refusals_of(route)};
}

bool is_json(http::Response const& got)
{
    return std::ranges::find(
               got.headers, http::Header{"Content-Type", "application/json; charset=utf-8"}
           ) != got.headers.end();
}

// Empty when the answer is a declared one.
std::string fault_of(http::Route const& route, http::Response const& got)
{
    auto const& declared = declared_of(route);
    auto const answer = std::ranges::find(declared.answers, got.status, &http::AnswerShape::status);
    if (answer != declared.answers.end()) {
        if (answer->schema.empty())
            return {};
        boost::json::parse_options options;
        options.max_depth = 100; // an audit entry's metadata may be 64 deep
        return schema_fault(
            boost::json::parse(got.body, {}, options), answer->schema, schemas().components(),
            "the answer"
        );
    }
    // A page tells a person what is wrong, and has no code.
    auto const json = is_json(got);
    std::string const code{
        json ? boost::json::parse(got.body).at("code").as_string() : boost::json::string{}};
    auto const is_it = [&](http::DeclaredRefusal const& refusal) {
        return refusal.status == got.status && (json ? refusal.code == code : refusal.own);
    };
    if (std::ranges::any_of(declared.refusals, is_it))
        return {};
    return "server/http/operations.cpp does not declare this refusal: " + code;
}

} // namespace

void expect_declared(std::string_view method, std::string_view target, http::Response const& got)
{
    auto const path = target.substr(0, target.find('?'));
    static http::RouteIndex const index{http::routes()};
    auto const match = index.find(method, path);
    if (match.route == nullptr)
        return; // 404, 405 or a preflight: no operation's answer
    if (auto const fault = fault_of(*match.route, got); !fault.empty())
        BOOST_ERROR(
            method << " " << target << " answered " << got.status << " " << got.body << "\n"
                   << match.route->operation.handler << ": " << fault
        );
}

} // namespace support
