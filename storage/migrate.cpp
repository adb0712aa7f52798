#include "storage/migrate.hpp"

#include "storage/checked_pages.hpp"
#include "storage/embedded_file.hpp"
#include "storage/schema_may_change.hpp"

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>

#include <sqlite3.h>

#include <algorithm>
#include <charconv>

namespace storage {

namespace {

struct Migration
{
    int version;
    std::string_view name; // of the file, without .sql
    std::string_view sql;
};

std::vector<Migration> migrations()
{
    std::vector<Migration> all;
    for (auto const& file : migration_files()) {
        int version = 0;
        std::from_chars(file.name.data(), file.name.data() + 4, version);
        all.push_back({version, file.name.substr(0, file.name.rfind('.')), file.text});
    }
    std::ranges::sort(all, {}, &Migration::version);
    return all;
}

} // namespace

Identity identify(Database& database)
{
    int owner = 0;
    try {
        // The first thing ever read from the file.
        owner = database.find<int>("PRAGMA application_id").value_or(0);
    } catch (SQLite::Exception const& error) {
        if (error.getErrorCode() != SQLITE_NOTADB)
            throw;
        return {Identity::no_database, 0};
    }
    auto const version = database.find<int>("PRAGMA user_version").value_or(0);
    auto const tables = database.find<int>("SELECT count(*) FROM sqlite_schema").value_or(0);
    if (owner == application_id)
        return {version > newest_schema_version() ? Identity::newer : Identity::ours, version};
    auto const nothing = owner == 0 && version == 0 && tables == 0;
    return {nothing ? Identity::empty : Identity::foreign, version};
}

std::string newer_schema_text(std::string const& file, int version)
{
    return file + " has schema version " + std::to_string(version) +
           ", this program, grantexd " GRANTEXD_VERSION ", knows versions up to " +
           std::to_string(newest_schema_version()) +
           ". Try: install a grantexd newer than " GRANTEXD_VERSION
           ", or the one that wrote the file";
}

int newest_schema_version()
{
    return migrations().back().version;
}

int schema_version(Database& database)
{
    auto const file = database.file().string();
    auto const identity = identify(database);
    switch (identity.kind) {
    case Identity::empty:
    case Identity::ours:
        return identity.version;
    case Identity::newer:
        throw SchemaRefused(newer_schema_text(file, identity.version));
    case Identity::foreign:
        throw SchemaRefused(
            file + " is a database of another program. Try: move it away, or another --data-dir"
        );
    case Identity::no_database:
        break;
    }
    throw SchemaRefused(file + " is not a database. Try: move it away, or another --data-dir");
}

int migrate(Database& database, std::function<void(MigrationStep const&)> const& done)
{
    auto const before = schema_version(database);
    SchemaMayChange const writable{database};
    for (auto const& migration : migrations()) {
        if (migration.version <= before)
            continue;
        auto const started = std::chrono::steady_clock::now();
        if (migration.version == first_checked_version)
            add_checksums(database); // before the version says that they are there
        SQLite::Transaction transaction{
            database.connection(), SQLite::TransactionBehavior::IMMEDIATE};
        database.execute(std::string{migration.sql});
        database.execute("PRAGMA application_id = " + std::to_string(application_id));
        database.execute("PRAGMA user_version = " + std::to_string(migration.version));
        transaction.commit();
        auto const took = std::chrono::steady_clock::now() - started;
        if (done)
            done(
                {migration.version, std::string{migration.name},
                 std::chrono::duration_cast<std::chrono::microseconds>(took)}
            );
    }
    return before;
}

} // namespace storage
