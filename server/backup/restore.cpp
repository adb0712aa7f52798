#include "server/backup/restore.hpp"

#include "server/backup/check_audit_chains.hpp"
#include "server/backup/checksum.hpp"
#include "server/backup/describe_failure.hpp"
#include "server/backup/replace_database.hpp"
#include "server/clock.hpp"
#include "server/data_directory.hpp"
#include "server/keys.hpp"
#include "storage/durable_file.hpp"
#include "storage/keys.hpp"

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>

namespace backup {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(fs::path const& file, std::string const& why, std::string const& hint)
{
    throw RestoreRefused(file.string() + " " + why + ". Try: " + hint);
}

void look_at_file(fs::path const& file, fs::path const& database)
{
    constexpr auto* hint = "a file that grantexd backup has made";
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        refuse(file, "is not a file that can be read", hint);
    if (fs::equivalent(file, database, error))
        refuse(file, "is the database itself", hint);
    auto const log = storage::with_suffix(file, "-wal");
    if (fs::exists(log, error) && fs::file_size(log, error) > 0)
        refuse(
            file, "has a write-ahead log beside it, so it is not all there is: " + log.string(),
            hint
        );
}

// The copy that is looked into and, in the end, becomes the database.
class Staged
{
public:
    explicit Staged(fs::path const& database) : path_(storage::with_suffix(database, ".restoring"))
    {
        storage::remove_database(path_); // of a restore that was killed
    }
    ~Staged()
    {
        std::error_code error; // the next restore removes it
        for (auto const* const suffix : {"", "-wal", "-shm", "-journal"})
            fs::remove(storage::with_suffix(path_, suffix), error);
    }
    Staged(Staged const&) = delete;
    Staged& operator=(Staged const&) = delete;
    [[nodiscard]] fs::path const& path() const { return path_; }

private:
    fs::path path_;
};

bool stage(fs::path const& file, fs::path const& staged)
{
    auto const sha256 = copy_and_hash(file, staged);
    auto const expected = read_checksum(file);
    if (expected && *expected != sha256)
        refuse(
            file,
            "is not what " + checksum_file(file).string() + " says: it was changed or damaged",
            "another backup"
        );
    return expected.has_value();
}

void check_identity(fs::path const& file, storage::Identity const& identity)
{
    constexpr auto* hint = "a file that grantexd backup has made";
    switch (identity.kind) {
    case storage::Identity::ours:
        return;
    case storage::Identity::empty:
        refuse(file, "is empty", hint);
    case storage::Identity::newer:
        throw RestoreRefused(storage::newer_schema_text(file.string(), identity.version));
    case storage::Identity::foreign:
        refuse(file, "is a database of another program", hint);
    case storage::Identity::no_database:
        break;
    }
    refuse(file, "is not a database", hint);
}

// Before anything is written to the copy.
void check_whole(fs::path const& file, fs::path const& staged, Restored& restored)
{
    auto copy = storage::Database::open_reader(staged);
    auto const identity = storage::identify(copy);
    check_identity(file, identity);
    restored.schema_version = identity.version;
    auto const damage = storage::find_damage(copy);
    if (!damage.empty())
        refuse(file, "is damaged: " + damage.front(), "another backup");
}

// The person knows the file, not the copy that is looked into.
std::string name_file(std::string text, fs::path const& staged, fs::path const& file)
{
    auto const at = text.find(staged.string());
    if (at != std::string::npos)
        text.replace(at, staged.string().size(), file.string());
    return text;
}

// `copy` has the schema of this program, which its statements need.
void check_master_key(server::Config const& config, fs::path const& file, storage::Database& copy)
{
    if (storage::list_signing_keys(copy).empty())
        return; // nothing is sealed yet
    SQLite::Transaction const undone{copy.connection(), SQLite::TransactionBehavior::IMMEDIATE};
    try {
        server::Keys::open(config, copy, server::Clock{}.now());
    } catch (server::KeyError const& error) {
        throw server::KeyError(
            "the master key in use is not that of " + file.string() + " (" +
            name_file(error.what(), copy.file(), file) +
            "). Try: the master.key of the server that the backup is from, in the data directory "
            "or as GRANTEXD_MASTER_KEY_FILE"
        );
    }
}

void check_and_migrate(
    server::Config const& config, fs::path const& file, fs::path const& staged, Restored& restored
)
{
    check_whole(file, staged, restored);
    {
        auto copy = storage::Database::open_writer(staged);
        storage::migrate(copy, [&restored](storage::MigrationStep const& step) {
            restored.steps.push_back(step);
        });
        auto const audit = check_audit_chains(copy);
        if (audit.broken)
            refuse(file, "cannot be trusted: " + audit.broken->text(), "another backup");
        restored.audit = audit.chains;
        check_master_key(config, file, copy);
        restored.after = storage::count_tables(copy);
    }
    // Closing has moved everything into the one file.
    auto const log = storage::with_suffix(staged, "-wal");
    if (fs::exists(log) && fs::file_size(log) > 0)
        throw std::runtime_error(log.string() + " could not be taken in");
}

} // namespace

Restored restore(server::Config const& config, fs::path const& file)
{
    Restored restored;
    restored.file = file;
    restored.database = config.data_dir / "grantexd.db";
    look_at_file(file, restored.database);
    server::DataDirectory const directory{config.data_dir};
    Staged const staged{restored.database};
    try {
        restored.checksum = stage(file, staged.path());
        check_and_migrate(config, file, staged.path(), restored);
        replace_database(staged.path(), restored);
    } catch (storage::FileRefused const&) {
        throw;
    } catch (server::KeyError const&) {
        throw;
    } catch (SQLite::Exception const& error) {
        if (storage::is_damage(error))
            refuse(file, std::string{"is damaged: "} + error.what(), "another backup");
        throw Failed(describe_failure(error, "the restore", config.data_dir, fs::file_size(file)));
    } catch (std::exception const& error) {
        throw Failed(describe_failure(error, "the restore", config.data_dir, fs::file_size(file)));
    }
    return restored;
}

} // namespace backup
