#include "server/backup/recover.hpp"

#include "server/backup/check_audit_chains.hpp"
#include "server/backup/checksum.hpp"
#include "server/backup/describe_failure.hpp"
#include "server/backup/free_name.hpp"
#include "storage/checked_pages.hpp"
#include "storage/durable_file.hpp"
#include "storage/write_ahead_log.hpp"

namespace backup {

namespace {

namespace fs = std::filesystem;

fs::path log_of(fs::path const& database)
{
    return storage::with_suffix(database, "-wal");
}

// A copy, not a second name: what follows writes to the file.
fs::path keep_copy(fs::path const& database)
{
    auto const kept = free_name(database, ".before-recover");
    for (auto const& [from, to] :
         {std::pair{database, kept}, std::pair{log_of(database), log_of(kept)}})
        if (fs::exists(from) && fs::file_size(from) > 0) {
            copy_and_hash(from, to);
            storage::sync_file(to);
        }
    storage::sync_directory(database.parent_path());
    return kept;
}

void take_log_in(fs::path const& database)
{
    storage::Database::open_damaged(database).execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

void write_anew(fs::path const& database)
{
    auto db = storage::Database::open_damaged(database);
    db.execute("REINDEX");
    db.execute("VACUUM");
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

// By the rules of every other start.
void look_through(Recovered& recovered)
{
    auto db = storage::Database::open_writer(recovered.database);
    recovered.damage = storage::find_damage(db);
    if (recovered.damage.empty() && storage::schema_version(db) == storage::newest_schema_version())
    {
        auto const audit = check_audit_chains(db);
        recovered.audit = audit.chains;
        if (audit.broken)
            recovered.damage.push_back(audit.broken->text());
    }
    recovered.tables = storage::count_tables(db);
}

} // namespace

Recovered recover(fs::path const& database)
{
    Recovered recovered;
    recovered.database = database;
    std::error_code unknown;
    auto const bytes = fs::file_size(database, unknown);
    try {
        recovered.transactions = storage::count_lost_transactions(database);
        recovered.kept = keep_copy(database);
        take_log_in(database);
        recovered.pages = storage::list_damaged_pages(database);
        if (!recovered.pages.empty())
            write_anew(database);
        look_through(recovered);
    } catch (storage::FileRefused const&) {
        throw;
    } catch (SQLite::Exception const& error) {
        if (!storage::is_damage(error))
            throw Failed(describe_failure(error, "the recovery", database.parent_path(), 2 * bytes)
            );
        throw Failed(
            database.string() + " cannot be read to its end: " + error.what() +
            ". As it was it is " + recovered.kept.string() +
            ". Try: grantexd restore with the newest backup"
        );
    } catch (std::exception const& error) {
        throw Failed(describe_failure(error, "the recovery", database.parent_path(), 2 * bytes));
    }
    if (recovered.transactions == 0 && recovered.pages.empty()) {
        storage::remove_database(recovered.kept); // nothing was wrong
        recovered.kept.clear();
    }
    return recovered;
}

} // namespace backup
