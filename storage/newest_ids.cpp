#include "storage/newest_ids.hpp"

#include <initializer_list>

namespace storage {

std::vector<std::string> list_newest_ids(Database& db)
{
    std::vector<std::string> ids;
    // A statement each: over all of them together SQLite would walk through every row.
    for (auto const& newest :
         {db.find<std::string>("SELECT id FROM events WHERE id > '' ORDER BY id DESC LIMIT 1"),
          db.find<std::string>("SELECT id FROM grants WHERE id > '' ORDER BY id DESC LIMIT 1"),
          db.find<std::string>("SELECT jti FROM tokens WHERE jti > '' ORDER BY jti DESC LIMIT 1"),
          db.find<std::string>("SELECT id FROM audit_entries WHERE id > '' ORDER BY id DESC LIMIT 1"
          ),
          db.find<std::string>("SELECT id FROM deliveries WHERE id > '' ORDER BY id DESC LIMIT 1")})
        if (newest)
            ids.push_back(*newest);
    return ids;
}

} // namespace storage
