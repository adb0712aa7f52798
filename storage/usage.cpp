#include "storage/usage.hpp"

#include <SQLiteCpp/Exception.h>

#include <sqlite3.h>

namespace storage {

std::optional<UsageDay>
find_usage(Database& db, std::string_view developer_id, std::string_view day)
{
    return db.find<UsageDay>(
        R"sql(
        SELECT day, token_exchanges, authorizations, verifications
        FROM usage_days WHERE developer_id = ?1 AND day = ?2)sql",
        developer_id, day
    );
}

std::vector<UsageDay>
list_usage(Database& db, std::string_view developer_id, std::string_view first_day)
{
    return db.list<UsageDay>(
        R"sql(
        SELECT day, token_exchanges, authorizations, verifications
        FROM usage_days WHERE developer_id = ?1 AND day >= ?2
        ORDER BY day DESC)sql",
        developer_id, first_day
    );
}

std::optional<std::int64_t>
update_usage(Database& db, std::string_view developer_id, UsageDay const& added)
try {
    return db.find<std::int64_t>(
        R"sql(
        INSERT INTO usage_days (developer_id, day, token_exchanges, authorizations, verifications)
        VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (developer_id, day) DO UPDATE
        SET token_exchanges = token_exchanges + excluded.token_exchanges,
            authorizations = authorizations + excluded.authorizations,
            verifications = verifications + excluded.verifications
        RETURNING verifications)sql",
        developer_id, added.day, added.token_exchanges, added.authorizations, added.verifications
    );
} catch (SQLite::Exception const& failure) {
    if (failure.getExtendedErrorCode() != SQLITE_CONSTRAINT_DATATYPE)
        throw;
    return {};
}

} // namespace storage
