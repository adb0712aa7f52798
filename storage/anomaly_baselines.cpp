#include "storage/anomaly_baselines.hpp"

namespace storage {

bool insert_anomaly_pair(Database& db, std::string_view developer_id, AnomalyPair const& pair)
{
    return db.run(
               R"sql(
        INSERT INTO anomaly_pairs (developer_id, agent_id, principal_id, first_at)
        VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (developer_id, agent_id, principal_id) DO NOTHING)sql",
               developer_id, pair.agent_id, pair.principal_id, pair.first_at
           ) == 1;
}

std::vector<AnomalyPair>
list_anomaly_pairs(Database& db, std::string_view developer_id, Timestamp after, std::int64_t limit)
{
    return db.list<AnomalyPair>(
        R"sql(
        SELECT agent_id, principal_id, first_at FROM anomaly_pairs
        WHERE developer_id = ?1 AND first_at > ?2 ORDER BY first_at DESC LIMIT ?3)sql",
        developer_id, after, limit
    );
}

std::optional<int> find_greatest_depth(
    Database& db, std::string_view developer_id, std::string_view root_agent_id, Timestamp since
)
{
    return db.find<int>(
        R"sql(
        SELECT depth FROM anomaly_depths
        WHERE developer_id = ?1 AND agent_id = ?2 AND last_at > ?3
        ORDER BY depth DESC LIMIT 1)sql",
        developer_id, root_agent_id, since
    );
}

void update_depth(
    Database& db, std::string_view developer_id, std::string_view root_agent_id, int depth,
    Timestamp at
)
{
    db.run(
        R"sql(
        INSERT INTO anomaly_depths (developer_id, agent_id, depth, last_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (developer_id, agent_id, depth) DO UPDATE SET last_at = excluded.last_at)sql",
        developer_id, root_agent_id, depth, at
    );
}

std::vector<AnomalyCountry>
list_countries(Database& db, std::string_view developer_id, std::string_view agent_id)
{
    return db.list<AnomalyCountry>(
        R"sql(
        SELECT country, verifications, first_at, last_at FROM anomaly_countries
        WHERE developer_id = ?1 AND agent_id = ?2)sql",
        developer_id, agent_id
    );
}

void update_country(
    Database& db, std::string_view developer_id, std::string_view agent_id,
    AnomalyCountry const& added
)
{
    db.run(
        R"sql(
        INSERT INTO anomaly_countries (developer_id, agent_id, country, verifications, first_at,
            last_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT DO UPDATE SET verifications = verifications + excluded.verifications,
            last_at = excluded.last_at)sql",
        developer_id, agent_id, added.country, added.verifications, added.first_at, added.last_at
    );
}

} // namespace storage
