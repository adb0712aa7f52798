#include "server/backup/make_backup.hpp"

#include "server/backup/check_audit_chains.hpp"
#include "server/backup/checksum.hpp"
#include "server/backup/describe_failure.hpp"
#include "storage/durable_file.hpp"

#include <algorithm>
#include <SQLiteCpp/Exception.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace backup {

namespace {

namespace fs = std::filesystem;
constexpr auto* partial_suffix = ".partial";

// The directory itself is what is locked: the system lets go of it when the process ends.
class DirectoryLock
{
public:
    explicit DirectoryLock(fs::path const& directory)
        : descriptor_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    {
        if (descriptor_ < 0)
            throw std::system_error(errno, std::generic_category(), directory.string());
        if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0)
            return;
        auto const error = errno;
        ::close(descriptor_);
        if (error != EWOULDBLOCK)
            throw std::system_error(error, std::generic_category(), directory.string());
        throw Failed(
            "another backup is being made in " + directory.string() + ". Try: again when it is done"
        );
    }
    ~DirectoryLock() { ::close(descriptor_); }
    DirectoryLock(DirectoryLock const&) = delete;
    DirectoryLock& operator=(DirectoryLock const&) = delete;

private:
    int descriptor_;
};

// Removes what it was told of unless that has become a backup.
class Unfinished
{
public:
    explicit Unfinished(fs::path target) : target_(std::move(target)) {}
    ~Unfinished()
    {
        std::error_code error; // what is left now is removed by the next backup
        if (is_finished_)
            return;
        for (auto const* const suffix : {"", "-journal", "-wal", "-shm"})
            fs::remove(storage::with_suffix(partial(), suffix), error);
        fs::remove(storage::with_suffix(checksum_file(target_), partial_suffix), error);
        fs::remove(checksum_file(target_), error);
    }
    Unfinished(Unfinished const&) = delete;
    Unfinished& operator=(Unfinished const&) = delete;

    [[nodiscard]] fs::path partial() const { return storage::with_suffix(target_, partial_suffix); }
    void finish()
    {
        storage::rename_durably(partial(), target_);
        is_finished_ = true;
    }

private:
    fs::path target_;
    bool is_finished_ = false;
};

bool is_partial(std::string const& name)
{
    auto const end = name.find(partial_suffix);
    if (end == std::string::npos)
        return false;
    auto target = name.substr(0, end);
    if (target.ends_with(".sha256"))
        target.erase(target.size() - 7);
    return rules::parse_backup_name(target).has_value();
}

// What a killed backup left. Nobody else is at work here: the directory is locked.
void remove_leftovers(fs::path const& directory)
{
    for (auto const& entry : fs::directory_iterator{directory}) {
        auto const name = entry.path().filename().string();
        auto const alone = entry.path().extension() == ".sha256" &&
                           rules::parse_backup_name(entry.path().stem().string()) &&
                           !fs::exists(directory / entry.path().stem());
        if (alone || is_partial(name))
            fs::remove(entry.path());
    }
}

std::vector<std::string> remove_old(fs::path const& directory, rules::KeptBackups kept)
{
    std::vector<std::string> names;
    for (auto const& entry : fs::directory_iterator{directory})
        if (entry.is_regular_file())
            names.push_back(entry.path().filename().string());
    auto removed = rules::backups_to_remove(names, kept);
    for (auto const& name : removed) {
        fs::remove(directory / name);
        fs::remove(checksum_file(directory / name));
    }
    return removed;
}

// Names tell the order in which backups were made, also of two within a second and after the clock
// was set back: else the new one would be the one that is removed.
fs::path next_target(Plan const& plan)
{
    auto time = plan.now;
    for (auto const& entry : fs::directory_iterator{plan.directory})
        if (auto const made = rules::parse_backup_name(entry.path().filename().string()))
            time = std::max(time, *made + std::chrono::seconds{1});
    return plan.directory / rules::backup_name(time);
}

// Reads the copy back, from its file.
void verify(fs::path const& file, Report& report, std::stop_token const& stop)
{
    auto copy = storage::Database::open_reader(file);
    storage::StopsStatements const guard{copy, stop};
    report.schema_version = storage::schema_version(copy);
    auto const damage = storage::find_damage(copy);
    auto const counts = storage::count_tables(copy);
    auto const audit = check_audit_chains(copy, stop);
    if (stop.stop_requested())
        throw storage::CopyStopped{};
    auto const refuse = [](std::string const& why) {
        throw Failed(
            "the backup was not kept, because " + why +
            ". The database itself may be damaged. Try: to look into that before anything else; "
            "older backups are still there"
        );
    };
    if (!damage.empty())
        refuse("its verification says: " + damage.front());
    if (counts != report.tables)
        refuse("its tables do not have as many rows as those of the database");
    if (audit.broken)
        refuse(audit.broken->text());
    report.audit = audit.chains;
}

Report make(Plan const& plan, std::stop_token const& stop)
{
    auto const started = std::chrono::steady_clock::now();
    storage::create_private_directory(plan.directory);
    DirectoryLock const lock{plan.directory};
    remove_leftovers(plan.directory);

    Report report;
    report.file = next_target(plan);
    Unfinished unfinished{report.file};
    auto const partial = unfinished.partial();
    auto copy = storage::copy_database(plan.database, partial, plan.pace, stop);
    report.bytes = copy.bytes;
    report.tables = std::move(copy.tables);
    verify(partial, report, stop);
    report.sha256 = sha256_of(partial);
    // The checksum first: a backup that can be seen has one.
    write_checksum(report.file, report.sha256);
    unfinished.finish();
    try {
        report.removed = remove_old(plan.directory, plan.kept);
    } catch (fs::filesystem_error const& error) {
        throw Failed(
            report.file.string() +
            " is made and verified, but older backups could not be removed: " + error.what() +
            ". Try: to remove them by hand"
        );
    }
    report.took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - started
    );
    return report;
}

} // namespace

Plan plan_of(server::Config const& config, storage::Timestamp now)
{
    return {
        .database = config.data_dir / "grantexd.db",
        .directory = config.backup_dir,
        .kept = {config.backup_keep_daily, config.backup_keep_weekly},
        .now = now};
}

Report make_backup(Plan const& plan, std::stop_token const& stop)
{
    std::error_code unknown;
    auto const bytes = fs::file_size(plan.database, unknown);
    try {
        return make(plan, stop);
    } catch (Failed const&) {
        throw;
    } catch (std::exception const& error) {
        if (stop.stop_requested())
            throw Failed(describe_failure(
                storage::CopyStopped{}, "the backup", plan.directory, unknown ? 0 : bytes
            ));
        throw Failed(describe_failure(error, "the backup", plan.directory, unknown ? 0 : bytes));
    }
}

} // namespace backup
