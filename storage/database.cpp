#include "storage/database.hpp"

#include "storage/checked_pages.hpp"
#include "storage/durable_file.hpp"
#include "storage/migrate.hpp"
#include "storage/write_ahead_log.hpp"

#include <sqlite3.h>

namespace storage {

namespace {

constexpr int busy_timeout_milliseconds = 5000;

void configure(sqlite3* handle)
{
    // Views and triggers of a tampered file must not call functions, nor a bug write to the schema.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    // A quoted identifier that is not a column is an error, not a string.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
}

} // namespace

Database::Database(std::filesystem::path file, int flags) : file_(std::move(file))
{
    check_pages_of_databases();
    connection_ = std::make_unique<SQLite::Database>(
        file_.string(), flags | SQLite::OPEN_NOMUTEX, busy_timeout_milliseconds
    );
    configure(connection_->getHandle());
}

Database Database::open_writer(std::filesystem::path const& file)
{
    // Before SQLite drops the part of a log that it cannot read.
    refuse_damaged_log(file);
    // SQLite makes files with the process's umask; ours must be private.
    create_private_file(file);
    Database database{file, SQLite::OPEN_READWRITE};
    database.prepare_to_write();
    return database;
}

Database Database::open_damaged(std::filesystem::path const& file)
{
    Database database{file, SQLite::OPEN_READWRITE};
    ignore_checksums(database.connection());
    database.prepare_to_write();
    return database;
}

void Database::prepare_to_write()
{
    // journal_mode writes to the file, so one that is not ours has to be refused before it.
    if (schema_version(*this) == 0)
        make_room_for_checksums(connection());
    execute("PRAGMA journal_mode = WAL");
    // FULL: a commit that returned is on disk (reliability promise 1).
    execute("PRAGMA synchronous = FULL");
    execute("PRAGMA foreign_keys = ON");
    // Without it REPLACE removes rows past the triggers that keep the audit log append-only.
    execute("PRAGMA recursive_triggers = ON");
    execute("PRAGMA cell_size_check = ON");
    execute("PRAGMA mmap_size = 0");
    execute("PRAGMA temp_store = MEMORY");
    execute("PRAGMA secure_delete = FAST");
    execute("PRAGMA wal_autocheckpoint = 1000");
    execute("PRAGMA cache_size = -8192");
    // The log has its name by now. SQLite syncs that with its first write, and does not say when
    // it fails.
    sync_directory(file_.has_parent_path() ? file_.parent_path() : ".");
}

Database Database::open_reader(std::filesystem::path const& file)
{
    Database database{file, SQLite::OPEN_READONLY};
    // Only the writer checkpoints: with a single connection that does, the WAL-reset defect of
    // SQLite 3.7.0 to 3.51.2 has no way to happen.
    sqlite3_db_config(
        database.connection().getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr
    );
    database.execute("PRAGMA wal_autocheckpoint = 0");
    database.execute("PRAGMA cell_size_check = ON");
    database.execute("PRAGMA mmap_size = 0");
    database.execute("PRAGMA temp_store = MEMORY");
    database.execute("PRAGMA cache_size = -8192");
    return database;
}

bool Database::in_transaction() const
{
    return sqlite3_get_autocommit(connection_->getHandle()) == 0;
}

SQLite::Statement& Database::prepare(Sql sql)
{
    auto const found = statements_.find(sql.text());
    if (found != statements_.end())
        return found->second;
    return statements_.try_emplace(sql.text(), *connection_, sql.text()).first->second;
}

} // namespace storage
