// How far the ids of the tables go that others read on from (streams, detection).
#pragma once

#include "storage/database.hpp"

namespace storage {

// The last id of each of these tables that has rows.
std::vector<std::string> list_newest_ids(Database& db);

} // namespace storage
