// What requests noticed for detection and no other table tells.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct AnomalySignal
{
    std::string developer_id;
    std::string id; // sig_<ULID>: the order in which they were written
    // scope_unregistered, scope_beyond_parent, unknown_agent, code_replay, refresh_replay,
    // revocation, debit, location
    std::string kind;
    std::optional<std::string> agent_id;
    std::optional<std::string> principal_id;
    std::optional<std::string> grant_id;
    std::string detail;      // a scope, the DID of an agent, or a country
    // How many scopes or verifications; of a debit, ten-thousandths; of a replay, milliseconds
    // since the use.
    std::int64_t amount = 0;
    std::int64_t budget = 0; // that the debit is taken from, initially
    Timestamp at;
};
BOOST_DESCRIBE_STRUCT(
    AnomalySignal, (),
    (developer_id, id, kind, agent_id, principal_id, grant_id, detail, amount, budget, at)
)

void insert_anomaly_signal(Database& db, AnomalySignal const& signal);
// After the one with this id, oldest first.
std::vector<AnomalySignal> list_anomaly_signals(
    Database& db, std::string_view developer_id, std::string_view after_id, std::int64_t limit
);
// Up to the one with this id, which goes too.
void delete_anomaly_signals(Database& db, std::string_view developer_id, std::string_view up_to_id);

} // namespace storage
