#include "server/backup/upgrade.hpp"

#include "server/backup/describe_failure.hpp"
#include "storage/copy_database.hpp"
#include "storage/durable_file.hpp"

#include <array>
#include <cstdio>

namespace backup {

namespace {

namespace fs = std::filesystem;

// A file that is not to stay, with what SQLite keeps beside it.
class Temporary
{
public:
    explicit Temporary(fs::path path) : path_(std::move(path))
    {
        storage::remove_database(path_); // of a call that was killed
    }
    ~Temporary()
    {
        std::error_code error; // the next call removes it
        for (auto const* const suffix : {"", "-wal", "-shm", "-journal"})
            fs::remove(storage::with_suffix(path_, suffix), error);
    }
    Temporary(Temporary const&) = delete;
    Temporary& operator=(Temporary const&) = delete;
    [[nodiscard]] fs::path const& path() const { return path_; }

private:
    fs::path path_;
};

void refuse_damage(fs::path const& database, storage::Database& copy)
{
    auto const damage = storage::find_damage(copy);
    if (!damage.empty())
        throw storage::FileRefused(
            database.string() + " is damaged and was not migrated: " + damage.front() +
            ". Try: grantexd restore with the newest backup, or grantexd recover"
        );
}

// Copies the database and reads the copy back.
void copy_verified(fs::path const& database, fs::path const& to, Upgrade& upgrade)
{
    auto const started = std::chrono::steady_clock::now();
    std::error_code unknown;
    auto const bytes = fs::file_size(database, unknown);
    try {
        auto const copied = storage::copy_database(database, to, storage::at_once);
        auto copy = storage::Database::open_reader(to);
        refuse_damage(database, copy);
        if (storage::count_tables(copy) != copied.tables)
            throw storage::FileRefused(
                database.string() + " was not migrated: a copy of it has other numbers of rows. "
                                    "Try: to check the disk"
            );
        upgrade.copied_bytes = copied.bytes;
    } catch (storage::FileRefused const&) {
        throw;
    } catch (std::exception const& error) {
        throw Failed(describe_failure(
            error, "the copy of the database that an upgrade begins with", to.parent_path(),
            unknown ? 0 : bytes
        ));
    }
    upgrade.copying = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - started
    );
}

void run_steps(storage::Database& database, Upgrade& upgrade)
{
    upgrade.before = storage::migrate(database, [&upgrade](storage::MigrationStep const& step) {
        upgrade.steps.push_back(step);
    });
    upgrade.after = storage::schema_version(database);
}

std::string kept_suffix(int version)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), ".before-%04d", version);
    return text.data();
}

} // namespace

Upgrade upgrade(storage::Database& writer)
{
    Upgrade upgrade;
    upgrade.database = writer.file();
    auto const version = storage::schema_version(writer);
    if (version > 0 && version < storage::newest_schema_version()) {
        auto const kept = storage::with_suffix(writer.file(), kept_suffix(version + 1).c_str());
        Temporary const copy{storage::with_suffix(kept, ".partial")};
        copy_verified(writer.file(), copy.path(), upgrade);
        storage::rename_durably(copy.path(), kept);
        upgrade.kept = kept;
    }
    run_steps(writer, upgrade);
    return upgrade;
}

Upgrade upgrade_a_copy(fs::path const& database)
{
    Upgrade upgrade;
    upgrade.database = database;
    Temporary const temporary{storage::with_suffix(database, ".dry-run")};
    {
        auto reader = storage::Database::open_reader(database);
        storage::schema_version(reader); // before anything is copied
    }
    copy_verified(database, temporary.path(), upgrade);
    storage::remove_empty_log(database);
    auto copy = storage::Database::open_writer(temporary.path());
    run_steps(copy, upgrade);
    refuse_damage(database, copy);
    return upgrade;
}

} // namespace backup
