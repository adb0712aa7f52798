// grantexd backup: makes a verified backup and prints what it holds.
#include "server/backup/make_backup.hpp"
#include "server/cli/admin_call.hpp"
#include "server/cli/all_commands.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/backup_report.hpp"
#include "server/cli/lock_database.hpp"
#include "server/clock.hpp"
#include "storage/durable_file.hpp"
#include "storage/write_ahead_log.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>

namespace cli {

namespace {

std::vector<Flag> flags()
{
    auto flags = place_flags();
    for (auto const& flag : setting_flags())
        if (flag.name.starts_with("backup-"))
            flags.push_back(flag);
    return flags;
}

// No server runs: the lock says so, and keeps one from starting meanwhile.
boost::json::object back_up_here(server::Config const& config)
{
    auto const directory = lock_database(config);
    storage::refuse_damaged_log(directory.database());
    auto const report = backup::make_backup(backup::plan_of(config, server::Clock{}.now()));
    storage::remove_empty_log(directory.database());
    return backup::to_json(report);
}

int make(Input const& input)
{
    auto flags = input.flags;
    flags.erase("json");
    auto const config = server::read_config(flags, server::process_environment());
    auto const running = is_server_running(config);
    auto const report = running ? ask_running_server(config, "backup") : back_up_here(config);
    if (input.has("json"))
        std::cout << boost::json::serialize(report) << "\n";
    else
        print_backup_report(std::cout, report);
    return exit_ok;
}

} // namespace

Command const backup_command{
    .name = "backup",
    .summary = "make a verified backup of the database",
    .usage = "grantexd backup [flags]",
    .about =
        "Make a backup of the database: one file, as the database was at one moment, read back\n"
        "and verified (integrity, references, numbers of rows, every audit chain) before it gets\n"
        "its name. Then older backups are removed: the newest of each of BACKUP_KEEP_DAILY days\n"
        "and BACKUP_KEEP_WEEKLY weeks stay.",
    .examples = "  grantexd backup                       into DATA_DIR/backups\n"
                "  grantexd backup --json | jq -r .file  for a script that carries it away\n",
    .flags = flags,
    .notes = "A running server makes it itself, under its own settings.\n"
             "The file says nothing secret without the master key, and is useless without it:\n"
             "keep a copy of that key elsewhere. FILE.sha256 is for `sha256sum -c`.\n",
    .exits = "0 made and verified, 1 failed and nothing is left of it, 2 usage,\n"
             "            78 a setting, key or file is wrong",
    .words_max = 0,
    .run = make};

} // namespace cli
