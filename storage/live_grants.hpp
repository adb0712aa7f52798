// Walking through the active, unexpired grants of everyone in steps of bounded length.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

// A place among the live grants of a developer, which stand in the order of their end.
struct LivePlace
{
    Timestamp expires_at;
    std::string id;
};
BOOST_DESCRIBE_STRUCT(LivePlace, (), (expires_at, id))

// Before all grants that are live at this time.
LivePlace first_live_place(Timestamp now);

// The place of the grant that is `steps` further (from 1); nothing when there are fewer.
std::optional<LivePlace> find_live_place(
    Database& db, std::string_view developer_id, LivePlace const& after, std::int64_t steps
);

// The live grants after this place, counted up to `limit`.
std::int64_t count_live_after(
    Database& db, std::string_view developer_id, LivePlace const& after, std::int64_t limit
);

} // namespace storage
