#include "storage/newest_ids.hpp"

#include <SQLiteCpp/Exception.h>

namespace storage {

std::vector<std::string> list_newest_ids(Database& db)
{
    std::vector<std::string> ids;
    // What is damaged is told where it is needed; an id that sorts badly is the lesser evil.
    auto const add = [&](Sql newest) {
        try {
            if (auto const id = db.find<std::string>(newest))
                ids.push_back(*id);
        } catch (SQLite::Exception const&) {
            return;
        }
    };
    // A statement each: over all of them together SQLite would walk through every row.
    add("SELECT id FROM events WHERE id > '' ORDER BY id DESC LIMIT 1");
    add("SELECT id FROM grants WHERE id > '' ORDER BY id DESC LIMIT 1");
    add("SELECT jti FROM tokens WHERE jti > '' ORDER BY jti DESC LIMIT 1");
    add("SELECT id FROM audit_entries WHERE id > '' ORDER BY id DESC LIMIT 1");
    add("SELECT id FROM deliveries WHERE id > '' ORDER BY id DESC LIMIT 1");
    return ids;
}

} // namespace storage
