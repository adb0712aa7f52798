#include "tests/storage/open_store.hpp"

#include "storage/agents.hpp"
#include "storage/developers.hpp"
#include "storage/migrate.hpp"

#include <cstdlib>

namespace support {

namespace {

storage::Database open_migrated(std::filesystem::path const& file)
{
    auto writer = storage::Database::open_writer(file);
    storage::migrate(writer);
    return writer;
}

} // namespace

TemporaryFile::TemporaryFile()
{
    std::string pattern = std::filesystem::temp_directory_path() / "grantexd-store-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
}

TemporaryFile::~TemporaryFile()
{
    std::error_code error; // a test must not fail because a file is left behind
    std::filesystem::remove_all(directory_, error);
}

Store::Store()
    : writer(open_migrated(file.path())), reader(storage::Database::open_reader(file.path()))
{
    add_developer("dev_1");
    add_agent("dev_1", "ag_1");
}

void Store::add_developer(std::string const& id)
{
    storage::Developer developer;
    developer.id = id;
    developer.name = "Nimbus";
    developer.mode = "live";
    developer.plan = "enterprise";
    developer.created_at = start_time;
    storage::insert_developer(writer, developer);
}

void Store::add_agent(std::string const& developer_id, std::string const& id)
{
    storage::Agent agent;
    agent.id = id;
    agent.developer_id = developer_id;
    agent.name = "Planner";
    agent.status = "active";
    agent.created_at = agent.updated_at = start_time;
    storage::insert_agent(writer, agent);
}

storage::Grant Store::grant(
    std::string const& id, std::string const& agent_id, std::optional<storage::Grant> const& parent
)
{
    storage::Grant grant;
    grant.id = id;
    grant.developer_id = "dev_1";
    grant.agent_id = agent_id;
    grant.principal_id = "user_1";
    grant.scopes = {"a:read", "b:write"};
    grant.status = "active";
    grant.issued_at = start_time;
    grant.expires_at = start_time + std::chrono::hours{24};
    grant.origin = parent ? "delegation" : "grantex";
    if (parent) {
        grant.parent_id = parent->id;
        grant.depth = parent->depth + 1;
    }
    storage::insert_grant(writer, grant);
    return grant;
}

} // namespace support
