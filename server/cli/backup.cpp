// grantexd backup: makes a verified backup and prints what it holds.
#include "server/backup/make_backup.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/backup_report.hpp"
#include "server/cli/lock_database.hpp"
#include "server/cli/wrap_text.hpp"
#include "server/clock.hpp"
#include "storage/durable_file.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>

namespace cli {

namespace {

void print_help(std::vector<Flag> const& flags)
{
    std::cout
        << wrap_text(
               "Make a backup of the database: one file, as the database was at one "
               "moment, read back and verified (integrity, references, numbers of rows, "
               "every audit chain) before it gets its name. Then older backups are "
               "removed: the newest of each of GRANTEXD_BACKUP_KEEP_DAILY days and "
               "GRANTEXD_BACKUP_KEEP_WEEKLY weeks stay.",
               0
           )
        << "\n\n"
           "Usage: grantexd backup [flags]\n\n"
           "Examples:\n"
           "  grantexd backup                       into DATA_DIR/backups\n"
           "  grantexd backup --backup-dir /mnt/b   into another directory\n"
           "  grantexd backup --json | jq -r .file  for a script that carries it away\n\n"
           "Flags:\n"
        << help_text(flags)
        << "\nThe file says nothing secret without the master key, and is useless without it:\n"
           "keep a copy of that key elsewhere. FILE.sha256 is for `sha256sum -c`.\n"
           "\nExit codes: 0 made and verified, 1 failed and nothing is left of it, 2 usage,\n"
           "            78 a setting, key or file is wrong\n";
}

// No server runs: the lock says so, and keeps one from starting meanwhile.
boost::json::object back_up_here(server::Config const& config)
{
    auto const directory = lock_database(config);
    auto const report = backup::make_backup(backup::plan_of(config, server::Clock{}.now()));
    storage::remove_empty_log(directory.database());
    return backup::to_json(report);
}

} // namespace

int backup(Arguments const& arguments)
{
    auto flags = place_flags();
    for (auto const& flag : setting_flags())
        if (flag.name.starts_with("backup-"))
            flags.push_back(flag);
    flags.push_back({"help", "show this text", true});
    auto const given = parse_flags("backup", arguments, flags);
    if (given.contains("help")) {
        print_help(flags);
        return exit_ok;
    }
    auto settings = given;
    settings.erase("json");
    auto const report = back_up_here(server::read_config(settings, server::process_environment()));
    if (given.contains("json"))
        std::cout << boost::json::serialize(report) << "\n";
    else
        print_backup_report(std::cout, report);
    return exit_ok;
}

} // namespace cli
