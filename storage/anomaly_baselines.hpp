// What detection has to remember of grants for longer than a window: who met whom, and how deep
// delegation went.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct AnomalyPair
{
    std::string agent_id;
    std::string principal_id;
    Timestamp first_at; // when their first grant was issued
};
BOOST_DESCRIBE_STRUCT(AnomalyPair, (), (agent_id, principal_id, first_at))

// False when the pair is known already.
bool insert_anomaly_pair(Database& db, std::string_view developer_id, AnomalyPair const& pair);
// Those that met after this time, latest first.
std::vector<AnomalyPair> list_anomaly_pairs(
    Database& db, std::string_view developer_id, Timestamp after, std::int64_t limit
);

// The greatest depth of a grant delegated under this root agent after `since`.
std::optional<int> find_greatest_depth(
    Database& db, std::string_view developer_id, std::string_view root_agent_id, Timestamp since
);
void update_depth(
    Database& db, std::string_view developer_id, std::string_view root_agent_id, int depth,
    Timestamp at
);

// Verifications of an agent's tokens from one country.
struct AnomalyCountry
{
    std::string country;
    std::int64_t verifications = 0;
    Timestamp first_at;
    Timestamp last_at;
};
BOOST_DESCRIBE_STRUCT(AnomalyCountry, (), (country, verifications, first_at, last_at))

// There are about 250 countries, so at most as many rows an agent.
std::vector<AnomalyCountry>
list_countries(Database& db, std::string_view developer_id, std::string_view agent_id);
void update_country(
    Database& db, std::string_view developer_id, std::string_view agent_id,
    AnomalyCountry const& added
);

} // namespace storage
