#include "storage/principals.hpp"

#include "storage/principal_sessions.hpp"

namespace storage {

bool find_deprovisioned_principal(
    Database& db, std::string_view developer_id, std::string_view principal_id
)
{
    return db
        .find<int>(
            R"sql(
        SELECT 1 FROM deprovisioned_principals WHERE developer_id = ?1 AND principal_id = ?2)sql",
            developer_id, principal_id
        )
        .has_value();
}

bool insert_deprovisioned_principal(
    Database& db, std::string_view developer_id, std::string_view principal_id, Timestamp now
)
{
    revoke_principal_sessions(db, developer_id, principal_id, now);
    return db.run(
               R"sql(
        INSERT INTO deprovisioned_principals (developer_id, principal_id, since)
        VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING)sql",
               developer_id, principal_id, now
           ) == 1;
}

bool delete_deprovisioned_principal(
    Database& db, std::string_view developer_id, std::string_view principal_id
)
{
    return db.run(
               R"sql(
        DELETE FROM deprovisioned_principals WHERE developer_id = ?1 AND principal_id = ?2)sql",
               developer_id, principal_id
           ) == 1;
}

} // namespace storage
