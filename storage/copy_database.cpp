#include "storage/copy_database.hpp"

#include "storage/checked_pages.hpp"
#include "storage/durable_file.hpp"
#include "storage/file_header.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>

#include <sqlite3.h>

#include <cerrno>
#include <system_error>
#include <thread>

namespace storage {

namespace {

// What piles up in the page cache is written in one go when it is synced, and a commit of the
// server would wait for it: so it is synced in portions.
constexpr int bytes_between_syncs = 16 * 1024 * 1024;

void copy_pages(
    SQLite::Database& source, SQLite::Database& target, std::filesystem::path const& target_file,
    CopyPace pace, std::stop_token const& stop
)
{
    SQLite::Backup backup{target, source};
    int unsynced = 0;
    while (backup.executeStep(pace.pages_per_slice) != SQLITE_DONE) {
        if (stop.stop_requested())
            throw CopyStopped{};
        unsynced += pace.pages_per_slice * page_bytes;
        if (unsynced >= bytes_between_syncs) {
            // It drops the lock on the target, which nobody else knows of.
            sync_file(target_file);
            unsynced = 0;
        }
        if (pace.pause.count() > 0)
            std::this_thread::sleep_for(pace.pause);
    }
}

} // namespace

DatabaseCopy copy_database(
    std::filesystem::path const& from, std::filesystem::path const& to, CopyPace pace,
    std::stop_token const& stop
)
{
    auto source = Database::open_reader(from);
    if (!create_private_file(to))
        throw std::system_error(EEXIST, std::generic_category(), to.string());
    DatabaseCopy copy;
    {
        SQLite::Database target{to.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX};
        announce_pages_of(source.connection(), target);
        target.exec("PRAGMA synchronous = OFF"); // synced below, once instead of often
        StopsStatements const guard{source, stop};
        SQLite::Transaction const snapshot{source.connection()};
        try {
            // The first read fixes the commit that is copied.
            copy.tables = count_tables(source);
            copy_pages(source.connection(), target, to, pace, stop);
        } catch (SQLite::Exception const& error) {
            if (error.getErrorCode() == SQLITE_INTERRUPT)
                throw CopyStopped{};
            throw;
        }
        // A file in WAL mode is not one file.
        target.exec("PRAGMA journal_mode = DELETE");
    }
    sync_file(to);
    copy.bytes = static_cast<std::int64_t>(std::filesystem::file_size(to));
    return copy;
}

} // namespace storage
