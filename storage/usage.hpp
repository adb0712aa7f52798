// What each developer used on each UTC day. Days are YYYY-MM-DD, so they sort as text.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct UsageDay
{
    std::string day;
    std::int64_t token_exchanges = 0;
    std::int64_t authorizations = 0;
    std::int64_t verifications = 0;
};
BOOST_DESCRIBE_STRUCT(UsageDay, (), (day, token_exchanges, authorizations, verifications))

// Nothing: the developer used nothing on that day.
std::optional<UsageDay>
find_usage(Database& db, std::string_view developer_id, std::string_view day);

// From this day on, newest first; days without use are left out.
std::vector<UsageDay>
list_usage(Database& db, std::string_view developer_id, std::string_view first_day);

// Adds to the developer's day. Returns how many verifications it has now; nothing when the row
// holds no numbers any more and so takes none.
std::optional<std::int64_t>
update_usage(Database& db, std::string_view developer_id, UsageDay const& added);

} // namespace storage
