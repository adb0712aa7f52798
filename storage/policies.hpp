// Policies of a developer, in the order in which they are evaluated.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct Policy
{
    std::string id;
    std::string developer_id;
    std::string name;
    std::string effect; // allow, deny
    std::int64_t priority = 0;
    std::optional<std::string> agent_id; // an id or a DID
    std::optional<std::string> principal_id;
    std::optional<std::vector<std::string>> scopes;
    std::optional<int> window_start; // minute of the day
    std::optional<int> window_end;
    std::optional<std::string> weekdays; // ISO digits: "12345"
    std::string time_zone;
    Timestamp created_at;
    Timestamp updated_at;

    bool operator==(Policy const&) const = default;
};
BOOST_DESCRIBE_STRUCT(
    Policy, (),
    (id, developer_id, name, effect, priority, agent_id, principal_id, scopes, window_start,
     window_end, weekdays, time_zone, created_at, updated_at)
)

// Priority descending, then creation, then id.
std::vector<Policy> list_policies(Database& db, std::string_view developer_id);
std::int64_t count_policies(Database& db, std::string_view developer_id);
std::optional<Policy> find_policy(Database& db, std::string_view developer_id, std::string_view id);
void insert_policy(Database& db, Policy const& policy);
void update_policy(Database& db, Policy const& policy);
bool delete_policy(Database& db, std::string_view developer_id, std::string_view id);

} // namespace storage
