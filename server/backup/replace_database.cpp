#include "server/backup/replace_database.hpp"

#include "server/backup/checksum.hpp"
#include "server/backup/free_name.hpp"
#include "storage/durable_file.hpp"

#include <SQLiteCpp/Exception.h>

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace backup {

namespace {

namespace fs = std::filesystem;
constexpr char const* suffixes_of_log[] = {"-wal", "-shm"};

// A second name for the same file, so that the first one stays until it is replaced. Where the
// file system knows no second names, a copy.
void keep(fs::path const& file, fs::path const& kept)
{
    if (::link(file.c_str(), kept.c_str()) == 0)
        return;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
        throw std::system_error(errno, std::generic_category(), kept.string());
    copy_and_hash(file, kept);
    storage::sync_file(kept);
}

// Counts its rows, and moves its log into the one file. A database that cannot be read is the
// reason for many a restore, so that is noted and no obstacle; its files then stay as they are.
void read_old(Restored& restored)
{
    try {
        {
            // Only reads, whatever it finds.
            auto old = storage::Database::open_reader(restored.database);
            restored.before = storage::count_tables(old);
        }
        // The last connection that is closed takes the log in.
        auto const old = storage::Database::open_writer(restored.database);
    } catch (SQLite::Exception const& error) {
        restored.unread = error.what();
    } catch (storage::FileRefused const& error) {
        restored.unread = error.what();
    }
}

void keep_old(Restored& restored)
{
    restored.kept = free_name(restored.database, ".before-restore");
    keep(restored.database, restored.kept);
    // A log that could not be taken in goes with its database.
    for (auto const* const suffix : suffixes_of_log)
        if (auto const log = storage::with_suffix(restored.database, suffix); fs::exists(log))
            keep(log, storage::with_suffix(restored.kept, suffix));
    storage::sync_directory(restored.database.parent_path());
}

} // namespace

void replace_database(fs::path const& staged, Restored& restored)
{
    auto const& database = restored.database;
    if (fs::exists(database)) {
        read_old(restored);
        keep_old(restored);
    }
    // First the old log, if it could not be taken in: SQLite would take it for that of the new
    // file.
    for (auto const* const suffix : suffixes_of_log)
        fs::remove(storage::with_suffix(database, suffix));
    // A power loss could otherwise undo the removal and not what comes after it.
    storage::sync_directory(database.parent_path());
    storage::rename_durably(staged, database);
}

} // namespace backup
