// Developers, their API keys (stored as SHA-256 only) and the totals kept for lists and quotas.
#pragma once

#include "storage/database.hpp"
#include "storage/page.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct Developer
{
    std::string id;
    std::string name;
    std::optional<std::string> email;
    bool email_verified = false;
    std::string mode; // live, sandbox
    std::string plan; // free, pro, enterprise
    bool fido_required = false;
    std::optional<std::string> fido_rp_name;
    std::vector<std::string> allowed_redirect_uris;
    std::optional<int> max_delegation_depth; // nothing: the server's setting
    std::optional<std::string> consent_auth; // nothing: the server's setting
    Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(
    Developer, (),
    (id, name, email, email_verified, mode, plan, fido_required, fido_rp_name,
     allowed_redirect_uris, max_delegation_depth, consent_auth, created_at)
)

std::optional<Developer> find_developer(Database& db, std::string_view id);
std::optional<Developer> find_developer_by_key(Database& db, std::string_view key_hash);
std::optional<Developer> find_developer_by_email(Database& db, std::string_view email);
void insert_developer(Database& db, Developer const& developer);
void update_developer(Database& db, Developer const& developer); // its settings
void update_plan(Database& db, std::string_view developer_id, std::string_view plan);

// What the operator sees of a developer in a list.
struct ListedDeveloper
{
    std::string id;
    std::string name;
    std::optional<std::string> email;
    std::string mode;
    std::string plan;
    Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(ListedDeveloper, (), (id, name, email, mode, plan, created_at))

// Newest first.
std::vector<ListedDeveloper> list_developers(Database& db, Page page);
std::int64_t count_developers_since(Database& db, Timestamp since); // inclusive

// The address is confirmed to be the developer's.
void update_developer_email(Database& db, std::string_view id, std::string_view email);

void insert_api_key(
    Database& db, std::string_view key_hash, std::string_view developer_id, Timestamp now
);
// False when the key was already gone.
bool delete_api_key(Database& db, std::string_view key_hash);
// All of the developer's; returns how many there were.
int delete_api_keys(Database& db, std::string_view developer_id);
std::int64_t count_api_keys(Database& db, std::string_view developer_id);

struct DeveloperTotals
{
    std::int64_t agents = 0;        // not deleted
    std::int64_t grants = 0;        // ever made
    std::int64_t audit_entries = 0; // of the chain; also the last sequence number
    std::int64_t audit_logged = 0;  // of those, the ones that count against the quota
};
BOOST_DESCRIBE_STRUCT(DeveloperTotals, (), (agents, grants, audit_entries, audit_logged))

DeveloperTotals find_totals(Database& db, std::string_view developer_id);
void update_totals(Database& db, std::string_view developer_id, DeveloperTotals const& change);

// The same over all developers of a mode.
struct ModeTotals
{
    std::string mode;
    std::int64_t developers = 0;
    std::int64_t agents = 0; // not deleted
    std::int64_t grants = 0; // ever made
};
BOOST_DESCRIBE_STRUCT(ModeTotals, (), (mode, developers, agents, grants))

std::vector<ModeTotals> list_totals(Database& db); // only modes that occur

// By id, after this one: whom a pass of a job goes through.
std::vector<std::string>
list_developer_ids(Database& db, std::string_view after_id, std::int64_t limit);

} // namespace storage
