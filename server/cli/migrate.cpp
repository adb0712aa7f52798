// grantexd migrate: brings the database to the schema of this program, or tries that on a copy.
#include "server/backup/upgrade.hpp"
#include "server/cli/all_commands.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/lock_database.hpp"
#include "server/cli/print_table.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>

namespace cli {

namespace {

std::vector<Flag> flags()
{
    auto flags = place_flags();
    flags.push_back(
        {"dry-run", "migrate a copy, show how long each step takes, change nothing", true}
    );
    return flags;
}

void print_report(std::ostream& out, backup::Upgrade const& upgrade, bool dry_run)
{
    if (upgrade.steps.empty()) {
        out << upgrade.database.string() << " has schema version " << upgrade.after
            << ", the newest this program knows: nothing to do\n";
        return;
    }
    out << (dry_run ? "Tried on a copy of " : "Migrated ") << upgrade.database.string()
        << ": schema version " << upgrade.before << " to " << upgrade.after << "\n\n";
    std::vector<Row> rows{{"step", "time"}};
    if (upgrade.copied_bytes > 0)
        rows.push_back({"copy of " + size_text(upgrade.copied_bytes), seconds_text(upgrade.copying)}
        );
    for (auto const& step : upgrade.steps)
        rows.push_back({step.name, seconds_text(step.took)});
    print_table(out, rows, Columns::numbers);
    if (dry_run)
        out << "\nThe copy was whole afterwards and is removed; the database is as it was.\n"
               "Try:  grantexd migrate\n";
    else if (!upgrade.kept.empty())
        out << "\nThe database as it was is kept as " << upgrade.kept.string() << "\n"
            << "Try:  grantexd serve\n";
}

int migrate(Input const& input)
{
    auto const dry_run = input.has("dry-run");
    auto const directory = lock_database(place_config(input));
    auto const upgrade = [&] {
        if (dry_run)
            return backup::upgrade_a_copy(directory.database());
        auto writer = storage::Database::open_writer(directory.database());
        return backup::upgrade(writer);
    }();
    if (input.has("json"))
        std::cout << boost::json::serialize(backup::to_json(upgrade)) << "\n";
    else
        print_report(std::cout, upgrade, dry_run);
    return exit_ok;
}

} // namespace

Command const migrate_command{
    .name = "migrate",
    .summary = "bring the database to the schema of this version, or try that on a copy",
    .usage = "grantexd migrate [--dry-run] [flags]",
    .about =
        "Bring the database to the schema of this version. `serve` does the same when it starts;\n"
        "this command does it ahead, or tries it out. The database as it was is kept first, as\n"
        "grantexd.db.before-NNNN; each step is a transaction, and one that was interrupted is\n"
        "done by the next call. There is no way back but that copy.",
    .examples = "  grantexd migrate --dry-run   on a copy: how long will it take?\n"
                "  grantexd migrate             for real\n",
    .flags = flags,
    .notes = "Stop the server first.\n",
    .exits = "0 done or nothing to do, 1 failed, 2 usage, 78 a setting or the\n"
             "            file is wrong (a newer schema too), or a server runs",
    .words_max = 0,
    .run = migrate};

} // namespace cli
