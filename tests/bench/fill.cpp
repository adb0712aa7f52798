#include "tests/bench/fill.hpp"

#include "storage/agents.hpp"
#include "storage/audit.hpp"
#include "storage/auth_requests.hpp"
#include "storage/developers.hpp"
#include "storage/events.hpp"
#include "storage/grants.hpp"
#include "storage/migrate.hpp"
#include "storage/refresh_tokens.hpp"
#include "storage/tokens.hpp"

#include <chrono>
#include <iomanip>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace bench {

namespace {

using storage::Timestamp;

constexpr auto span = std::chrono::days{20};
constexpr auto lifetime = std::chrono::days{30};
constexpr std::int64_t agents = 100;
constexpr std::int64_t grants_of_principal = 10;
constexpr std::int64_t rows_of_commit = 2000;

// Time-ordered like those of the server: 48 bits of time, then a number, 26 characters in all.
std::string id(std::string_view prefix, Timestamp time, std::int64_t number)
{
    static constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::string text(26, '0');
    auto const write = [&](std::size_t first, std::size_t count, std::int64_t value) {
        for (auto i = first + count; i-- > first; value /= 32)
            text[i] = digits[static_cast<std::size_t>(value % 32)];
    };
    write(0, 10, storage::to_milliseconds(time));
    write(10, 16, number);
    return std::string{prefix} + "_" + text;
}

// As long as a hash in hex and as unordered. Nothing that is measured computes these again.
std::string hash(std::int64_t number)
{
    std::ostringstream text;
    auto value = static_cast<std::uint64_t>(number);
    for (int i = 0; i < 4; ++i) {
        value = (value + 0x9e3779b97f4a7c15U) * 0xbf58476d1ce4e5b9U;
        value ^= value >> 31U;
        text << std::hex << std::setw(16) << std::setfill('0') << value;
    }
    return text.str();
}

class Filling
{
public:
    Filling(storage::Database& db, std::string developer_id, std::int64_t count)
        : db_(db), developer_id_(std::move(developer_id)), count_(count),
          start_(
              std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) - span
          )
    {
        if (storage::find_audit_head(db_, developer_id_))
            throw std::runtime_error("the developer has an audit chain already");
    }

    void run()
    {
        // Nothing is lost with this file if the machine stops, and much is written.
        db_.execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144");
        db_.execute("BEGIN");
        add_agents();
        for (std::int64_t i = 0; i < count_; ++i) {
            add(i);
            if (i % rows_of_commit == rows_of_commit - 1)
                db_.execute("COMMIT; BEGIN");
        }
        db_.execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    }

private:
    void add_agents()
    {
        for (std::int64_t i = 0; i < agents; ++i)
            storage::insert_agent(
                db_, {.id = id("ag", start_, i),
                      .developer_id = developer_id_,
                      .name = "Trip Planner",
                      .description = {},
                      .scopes = scopes_,
                      .allowed_redirect_uris = {},
                      .status = "active",
                      .created_at = start_,
                      .updated_at = start_}
            );
    }

    void add(std::int64_t i)
    {
        auto const at =
            start_ + std::chrono::duration_cast<std::chrono::milliseconds>(span) * i / count_;
        auto const grant_id = id("grnt", at, i);
        auto const agent_id = id("ag", start_, i % agents);
        auto const principal_id = "user_" + std::to_string(i / grants_of_principal);
        add_grant(i, at, grant_id, agent_id, principal_id);
        storage::insert_token(db_, id("tok", at, i), grant_id, at + std::chrono::days{1});
        storage::insert_refresh_token(
            db_, {.id = id("ref", at, i),
                  .grant_id = grant_id,
                  .token_hash = hash(i),
                  .status = "current",
                  .expires_at = at + lifetime,
                  .used_at = {},
                  .successor = {}}
        );
        storage::insert_event(
            db_, {.id = id("evt", at, i),
                  .developer_id = developer_id_,
                  .type = "grant.created",
                  .data = R"({"grantId":")" + grant_id + R"(","agentId":")" + agent_id + R"("})",
                  .created_at = at}
        );
        add_audit_entry(i, at, grant_id, agent_id, principal_id);
    }

    void add_grant(
        std::int64_t i, Timestamp at, std::string const& grant_id, std::string const& agent_id,
        std::string const& principal_id
    )
    {
        auto const request_id = id("areq", at, i);
        storage::AuthRequest request;
        request.id = request_id;
        request.developer_id = developer_id_;
        request.agent_id = agent_id;
        request.principal_id = principal_id;
        request.scopes = scopes_;
        request.code_challenge = hash(i).substr(0, 43);
        request.expires_in = "30d";
        request.expires_in_seconds = std::chrono::seconds{lifetime}.count();
        request.status = "pending";
        request.created_at = at;
        request.decide_by = at + std::chrono::days{1};
        storage::insert_auth_request(db_, request);
        auto const code_hash = id("", at, i).substr(1, 10) + hash(i); // as codes of the server
        storage::update_auth_request_to_approved(db_, request_id, code_hash, at);
        storage::insert_grant(
            db_, {.id = grant_id,
                  .developer_id = developer_id_,
                  .agent_id = agent_id,
                  .principal_id = principal_id,
                  .scopes = scopes_,
                  .audience = {},
                  .status = "active",
                  .issued_at = at,
                  .expires_at = at + lifetime,
                  .revoked_at = {},
                  .parent_id = {},
                  .depth = 0,
                  .origin = "grantex"}
        );
        storage::consume_auth_request(db_, request_id, grant_id, at);
    }

    void add_audit_entry(
        std::int64_t i, Timestamp at, std::string const& grant_id, std::string const& agent_id,
        std::string const& principal_id
    )
    {
        storage::insert_audit_entry(
            db_,
            {.developer_id = developer_id_,
             .seq = i + 1,
             .id = id("alog", at, i),
             .agent_id = agent_id,
             .agent_did = "did:grantex:" + agent_id,
             .grant_id = grant_id,
             .principal_id = principal_id,
             .action = "calendar.read",
             .metadata = R"({"calendar":"work","events":3})",
             .timestamp = at,
             .prev_hash = i == 0 ? std::nullopt : std::optional{hash(i - 1)},
             .hash = hash(i),
             .status = "success"},
            true
        );
    }

    storage::Database& db_;
    std::string developer_id_;
    std::int64_t count_;
    Timestamp start_;
    std::vector<std::string> scopes_{"calendar:read", "calendar:write"};
};

} // namespace

void fill(std::filesystem::path const& file, std::string const& developer_id, std::int64_t count)
{
    auto db = storage::Database::open_writer(file);
    if (storage::schema_version(db) != storage::newest_schema_version())
        throw std::runtime_error("the file is not of this version; start its server once");
    Filling{db, developer_id, count}.run();
}

} // namespace bench
