// What detection reads: audit entries, grants and issued tokens of a developer in the order in
// which they were written, each from a position on.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct AuditRecord
{
    std::int64_t seq = 0;
    std::string agent_id; // may be empty
    std::string grant_id;
    Timestamp at;
    bool bad = false; // failure or blocked
};
BOOST_DESCRIBE_STRUCT(AuditRecord, (), (seq, agent_id, grant_id, at, bad))

std::vector<AuditRecord> list_audit_records(
    Database& db, std::string_view developer_id, std::int64_t after_seq, std::int64_t limit
);
// The last entry of the chain that was received at this time or before; 0 when there is none.
std::int64_t find_audit_seq_at(Database& db, std::string_view developer_id, Timestamp time);

struct GrantRecord
{
    std::string id;
    std::string agent_id;
    std::string principal_id;
    Timestamp at;
    int depth = 0;
    std::optional<std::string> parent_id;
};
BOOST_DESCRIBE_STRUCT(GrantRecord, (), (id, agent_id, principal_id, at, depth, parent_id))

std::vector<GrantRecord> list_grant_records(
    Database& db, std::string_view developer_id, std::string_view after_id, std::int64_t limit
);
// The agent of the grant that this one was delegated from, at any depth.
std::optional<std::string>
find_root_agent(Database& db, std::string_view developer_id, std::string_view grant_id);

struct TokenRecord
{
    std::string id; // of the event that told of it
    std::string agent_id;
    std::string grant_id;
    Timestamp at;
};
BOOST_DESCRIBE_STRUCT(TokenRecord, (), (id, agent_id, grant_id, at))

void insert_token_record(Database& db, std::string_view developer_id, TokenRecord const& record);
std::vector<TokenRecord> list_token_records(
    Database& db, std::string_view developer_id, std::string_view after_id, std::int64_t limit
);
// Up to the one with this id, which goes too.
void delete_token_records(Database& db, std::string_view developer_id, std::string_view up_to_id);

} // namespace storage
