#include "server/rules/delegation.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

using namespace std::chrono_literals;
using rules::Timestamp;
using Scopes = std::vector<std::string>;

namespace {

Timestamp at(long long milliseconds)
{
    return Timestamp{std::chrono::milliseconds{milliseconds}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(delegation)

BOOST_AUTO_TEST_CASE(the_smallest_of_the_depth_limits_counts)
{
    struct
    {
        int parent, developer, server;
        bool allowed;
    } const rows[] = {
        {0,                               3,  3,  true },
        {2,                               3,  3,  true },
        {3,                               3,  3,  false},
        {1,                               2,  10, true },
        {2,                               2,  10, false},
        {1,                               10, 2,  true },
        {2,                               10, 2,  false},
        {9,                               10, 10, true },
        {10,                              10, 10, false},
        {10,                              99, 99, false},
        {0,                               1,  1,  true },
        {1,                               1,  1,  false},
        {0,                               0,  3,  false},
        {0,                               3,  0,  false},
        {-1,                              3,  3,  false},
        {std::numeric_limits<int>::max(), 10, 10, false},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.parent << " of " << row.developer << " and " << row.server)
    BOOST_TEST(rules::depth_allowed(row.parent, row.developer, row.server) == row.allowed);
}

BOOST_AUTO_TEST_CASE(a_child_ends_with_whatever_ends_first)
{
    auto const now = at(1'000'000'600);
    struct
    {
        char const* what;
        long long token, grant;
        std::chrono::seconds requested;
        long long expected;
    } const rows[] = {
        {"request",                1'009'000'000, 1'008'000'000, 3600s,   1'003'600'000},
        {"token",                  1'003'599'000, 1'008'000'000, 3600s,   1'003'599'000},
        {"grant",                  1'009'000'000, 1'003'599'000, 3600s,   1'003'599'000},
        {"all together",           1'003'600'000, 1'003'600'000, 3600s,   1'003'600'000},
        {"parent within a second", 1'003'599'999, 1'009'000'000, 3600s,   1'003'599'000},
        {"parent has ended",       999'000'000,   1'009'000'000, 1s,      999'000'000  },
        {"far request",            1'009'000'000, 1'008'000'000, 100000h, 1'008'000'000},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.what)
        {
            rules::DelegationParent const parent{
                .token_expires = at(row.token), .grant_expires = at(row.grant)};
            auto const end = rules::child_expiry(parent, now, row.requested);
            BOOST_TEST(end.time_since_epoch().count() == row.expected);
        }
}

BOOST_AUTO_TEST_CASE(a_scope_must_be_in_the_token_and_in_the_grant)
{
    Scopes const token{"a:read", "b:read", "payments:initiate:max_500"};
    Scopes const grant{"a:read", "c:read", "payments:initiate:max_500"};
    rules::DelegationParent const parent{.token_scopes = token, .grant_scopes = grant};
    struct
    {
        Scopes requested, beyond;
    } const rows[] = {
        {{"a:read"},                                 {}                                        },
        {{},                                         {}                                        },
        {{"b:read", "a:read", "c:read", "d:read"},   {"b:read", "c:read", "d:read"}            },
        {{"payments:initiate:max_100"},              {"payments:initiate:max_100"}             },
        {{"payments:initiate:max_500"},              {}                                        },
        {{"payments:initiate"},                      {"payments:initiate"}                     },
        {{"A:read", "a:rea", "a:read ", "*", "a:*"}, {"A:read", "a:rea", "a:read ", "*", "a:*"}},
    };
    for (auto const& row : rows) {
        auto const beyond = rules::scopes_beyond_parent(row.requested, parent);
        BOOST_TEST(beyond == row.beyond, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_parent_without_scopes_delegates_none)
{
    Scopes const requested{"a:read"};
    auto const beyond = rules::scopes_beyond_parent(requested, {});
    BOOST_TEST(beyond == requested, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
