// grantexd restore FILE: puts a backup in the place of the database.
#include "server/backup/restore.hpp"
#include "server/cli/all_commands.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/print_table.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>

namespace cli {

namespace {

std::string count_text(std::optional<std::int64_t> const& count)
{
    return count ? std::to_string(*count) : "-";
}

void print_report(std::ostream& out, backup::Restored const& restored)
{
    out << "Restored " << restored.database.string() << "\n  from " << restored.file.string()
        << "\n  verified: " << (restored.checksum ? "checksum, " : "(no checksum beside it) ")
        << "integrity, references, " << restored.audit.entries << " entries in "
        << restored.audit.developers << " audit chains, the master key opens it\n";
    if (!restored.steps.empty())
        out << "  migrated from schema version " << restored.schema_version << " in "
            << restored.steps.size() << " steps\n";
    out << "\n";
    std::vector<Row> rows{{"table", "before", "after"}};
    for (auto const& change : backup::table_changes(restored))
        rows.push_back({change.table, count_text(change.before), count_text(change.after)});
    print_table(out, rows, Columns::numbers);
    out << "\n";
    if (!restored.unread.empty())
        out << "The database in place could not be read: " << restored.unread << "\n";
    if (!restored.kept.empty())
        out << "The database as it was is kept as " << restored.kept.string() << "\n";
    out << "What happened after the backup is undone, revocations too: make those again.\n"
           "Try:  grantexd serve\n";
}

int put_back(Input const& input)
{
    if (input.words.empty())
        throw UsageError("grantexd restore needs the file of a backup. Try: grantexd restore --help"
        );
    auto const restored = backup::restore(place_config(input), input.words.front());
    if (input.has("json"))
        std::cout << boost::json::serialize(backup::to_json(restored)) << "\n";
    else
        print_report(std::cout, restored);
    return exit_ok;
}

} // namespace

Command const restore_command{
    .name = "restore",
    .summary = "put a backup in the place of the database",
    .usage = "grantexd restore FILE [flags]",
    .about =
        "Put a backup in the place of the database. The file is copied beside the database and\n"
        "looked through first: its checksum, whether it is whole, of this program, no newer than\n"
        "it, every audit chain, and whether the master key in use opens it. Only then does it\n"
        "take the place of the database, which is kept. Whatever fails, nothing has changed.",
    .examples = "  grantexd restore /var/lib/grantexd/backups/grantexd-20260302T020000Z.db\n"
                "  grantexd restore grantexd-20260302T020000Z.db --data-dir /tmp/try\n"
                "                             elsewhere, to try it out; put a copy of\n"
                "                             master.key there first\n",
    .flags = place_flags,
    .notes = "Stop the server first. What happened after the backup is undone, revocations too.\n",
    .exits = "0 restored, 1 failed, 2 usage, 78 the file, a setting or a key is\n"
             "            wrong, or a server runs",
    .words_max = 1,
    .run = put_back};

} // namespace cli
