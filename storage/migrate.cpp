#include "storage/migrate.hpp"

#include "storage/embedded_file.hpp"

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
    std::string_view sql;
};

std::vector<Migration> migrations()
{
    std::vector<Migration> all;
    for (auto const& file : migration_files()) {
        int version = 0;
        std::from_chars(file.name.data(), file.name.data() + 4, version);
        all.push_back({version, file.text});
    }
    std::ranges::sort(all, {}, &Migration::version);
    return all;
}

// The first thing ever read from the file.
int application_id_of(Database& database)
{
    try {
        return database.find<int>("PRAGMA application_id").value_or(0);
    } catch (SQLite::Exception const& error) {
        if (error.getErrorCode() != SQLITE_NOTADB)
            throw;
        throw SchemaRefused(
            database.file().string() +
            " is not a database. Try: move it away, or another --data-dir"
        );
    }
}

} // namespace

int newest_schema_version()
{
    return migrations().back().version;
}

int schema_version(Database& database)
{
    auto const owner = application_id_of(database);
    auto const version = database.find<int>("PRAGMA user_version").value_or(0);
    auto const tables = database.find<int>("SELECT count(*) FROM sqlite_schema").value_or(0);
    if (owner == application_id)
        return version;
    if (owner == 0 && version == 0 && tables == 0)
        return 0;
    throw SchemaRefused(
        database.file().string() +
        " is a database of another program. Try: move it away, or another --data-dir"
    );
}

int migrate(Database& database)
{
    auto const before = schema_version(database);
    if (before > newest_schema_version())
        throw SchemaRefused(
            database.file().string() + " has schema version " + std::to_string(before) +
            ", this program knows versions up to " + std::to_string(newest_schema_version()) +
            ". Try: the grantexd version that wrote it, or a newer one"
        );
    for (auto const& migration : migrations()) {
        if (migration.version <= before)
            continue;
        SQLite::Transaction transaction{
            database.connection(), SQLite::TransactionBehavior::IMMEDIATE};
        database.execute(std::string{migration.sql});
        database.execute("PRAGMA application_id = " + std::to_string(application_id));
        database.execute("PRAGMA user_version = " + std::to_string(migration.version));
        transaction.commit();
    }
    return before;
}

} // namespace storage
