#include "server/seeds.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "server/app.hpp"

#include <SQLiteCpp/Transaction.h>

namespace server {

namespace {

struct Seed
{
    std::string_view id; // what an earlier start is recognised by: the address can be changed
    std::string_view email;
    std::string_view name;
    std::string_view mode;
};

constexpr Seed live_seed{
    "dev_00000000000000000000000001", "live@grantexd.localhost", "Local live developer", "live"};
constexpr Seed sandbox_seed{
    "dev_00000000000000000000000002", "sandbox@grantexd.localhost", "Local sandbox developer",
    "sandbox"};

std::string plant(
    storage::Database& db, crypto::Ids& ids, storage::Timestamp now, Config const& config,
    Seed const& seed, std::string const& fixed_key
)
{
    auto existing = storage::find_developer(db, seed.id);
    if (!existing) // in older databases seeds have ids like any other developer
        existing = storage::find_developer_by_email(db, seed.email);
    if (!existing)
        return make_developer(
                   db, ids, now, config, std::string{seed.name}, std::string{seed.email},
                   std::string{seed.mode}, fixed_key, std::string{seed.id}
        )
            .api_key;
    if (fixed_key.empty())
        return {};
    auto const hash = crypto::hex(crypto::sha256(fixed_key));
    if (!storage::find_developer_by_key(db, hash))
        storage::insert_api_key(db, hash, existing->id, now);
    return fixed_key;
}

} // namespace

std::string make_api_key(std::string_view mode)
{
    return (mode == "live" ? "gx_live_" : "gx_test_") + crypto::random_token();
}

NewDeveloper make_developer(
    storage::Database& db, crypto::Ids& ids, storage::Timestamp now, Config const& config,
    std::string name, std::optional<std::string> email, std::string mode, std::string key,
    std::string id
)
{
    NewDeveloper made;
    made.api_key = key.empty() ? make_api_key(mode) : std::move(key);
    made.developer.id = id.empty() ? ids.next("dev", now) : std::move(id);
    made.developer.name = std::move(name);
    made.developer.email = std::move(email);
    made.developer.mode = std::move(mode);
    made.developer.plan = config.default_plan;
    made.developer.created_at = now;
    storage::insert_developer(db, made.developer);
    storage::insert_api_key(db, crypto::hex(crypto::sha256(made.api_key)), made.developer.id, now);
    return made;
}

Seeds plant_seeds(
    storage::Database& db, crypto::Ids& ids, storage::Timestamp now, Config const& config
)
{
    return {
        plant(db, ids, now, config, live_seed, config.seed_api_key),
        plant(db, ids, now, config, sandbox_seed, config.seed_sandbox_key)};
}

Seeds plant_seeds(App& app)
{
    if (!app.config.dev)
        return {};
    SQLite::Transaction transaction{
        app.writer.connection(), SQLite::TransactionBehavior::IMMEDIATE};
    auto seeds = plant_seeds(app.writer, app.ids, app.clock.now(), app.config);
    transaction.commit();
    return seeds;
}

} // namespace server
