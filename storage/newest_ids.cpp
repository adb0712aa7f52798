#include "storage/newest_ids.hpp"

namespace storage {

std::vector<std::string> list_newest_ids(Database& db)
{
    return db.list<std::string>(
        R"sql(
        SELECT id FROM (
            SELECT max(id) AS id FROM events UNION ALL SELECT max(id) FROM grants UNION ALL
            SELECT max(jti) FROM tokens UNION ALL SELECT max(id) FROM audit_entries UNION ALL
            SELECT max(id) FROM deliveries)
        WHERE id IS NOT NULL)sql"
    );
}

} // namespace storage
