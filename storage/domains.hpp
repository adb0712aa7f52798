// Domain names that developers claim, and have proved to be theirs.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct Domain
{
    std::string id;
    std::string developer_id;
    std::string domain; // lower case, ASCII
    std::string token;  // of the TXT record
    Timestamp created_at;
    std::optional<Timestamp> verified_at;
};
BOOST_DESCRIBE_STRUCT(Domain, (), (id, developer_id, domain, token, created_at, verified_at))

// Newest first.
std::vector<Domain> list_domains(Database& db, std::string_view developer_id);
std::optional<Domain> find_domain(Database& db, std::string_view developer_id, std::string_view id);

// The developer claims the name already, or somebody has proved it.
bool find_domain_conflict(Database& db, std::string_view developer_id, std::string_view domain);

void insert_domain(Database& db, Domain const& domain);

// Proved now. False, and nothing changed, when somebody else has proved the name.
bool update_domain_to_verified(Database& db, Domain const& domain, Timestamp now);

bool delete_domain(Database& db, std::string_view developer_id, std::string_view id);

} // namespace storage
