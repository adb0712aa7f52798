#include "server/cli/look_at_database.hpp"

#include "server/backup/check_audit_chains.hpp"
#include "server/cli/lock_database.hpp"
#include "storage/durable_file.hpp"
#include "storage/migrate.hpp"
#include "storage/verify_database.hpp"
#include "storage/write_ahead_log.hpp"

#include <algorithm>

namespace cli {

namespace {

using State = Diagnosis::State;

Diagnosis damaged(std::string what)
{
    std::ranges::replace_if(
        what, [](unsigned char c) { return c < ' '; }, ' '
    );
    return {
        "database", State::problem, "it is damaged: " + what + ".",
        "grantexd restore with the newest backup, or grantexd recover"};
}

Diagnosis read_all(std::filesystem::path const& file)
{
    auto db = storage::Database::open_reader(file);
    auto const version = storage::schema_version(db);
    if (auto const damage = storage::find_damage(db); !damage.empty())
        return damaged(damage.front());
    if (version < storage::newest_schema_version())
        return {
            "database", State::advice, "it is whole, and of an older version.",
            "grantexd migrate --dry-run"};
    auto const check = backup::check_audit_chains(db, {});
    if (check.broken)
        return damaged(check.broken->text());
    return {
        "database", State::good,
        "its pages, references and the audit chains of " + std::to_string(check.chains.developers) +
            " developers are whole."};
}

} // namespace

std::optional<Diagnosis> look_at_database(server::Config const& config)
{
    try {
        auto const directory = lock_database(config);
        storage::refuse_damaged_log(directory.database());
        auto found = read_all(directory.database());
        storage::remove_empty_log(directory.database());
        return found;
    } catch (server::ConfigError const&) {
        return {};
    } catch (storage::FileRefused const& refusal) {
        return Diagnosis{"database", State::problem, refusal.what()};
    } catch (std::exception const& failure) {
        return damaged(failure.what());
    }
}

} // namespace cli
