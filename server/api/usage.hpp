// What the caller used, by UTC day.
#pragma once

#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

struct UsageView
{
    std::string developerId;
    std::string period; // today: YYYY-MM-DD
    std::int64_t tokenExchanges = 0;
    std::int64_t authorizations = 0;
    std::int64_t verifications = 0;
    std::int64_t totalRequests = 0; // the sum of the three
};
BOOST_DESCRIBE_STRUCT(
    UsageView, (),
    (developerId, period, tokenExchanges, authorizations, verifications, totalRequests)
)

struct UsageEntryView
{
    std::string date; // YYYY-MM-DD
    std::int64_t tokenExchanges = 0;
    std::int64_t authorizations = 0;
    std::int64_t verifications = 0;
    std::int64_t totalRequests = 0;
};
BOOST_DESCRIBE_STRUCT(
    UsageEntryView, (), (date, tokenExchanges, authorizations, verifications, totalRequests)
)

struct UsageHistoryView
{
    std::string developerId;
    std::int64_t days = 0;               // as it was understood
    std::vector<UsageEntryView> entries; // newest first; days without use are left out
};
BOOST_DESCRIBE_STRUCT(UsageHistoryView, (), (developerId, days, entries))

UsageView get_usage(http::Request& request);
UsageHistoryView get_usage_history(http::Request& request);

} // namespace api
