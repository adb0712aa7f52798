// grantexd recover: goes on with what can be read of a damaged database.
#include "server/backup/recover.hpp"
#include "server/cli/all_commands.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/lock_database.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>

namespace cli {

namespace {

void print_loss(std::ostream& out, backup::Recovered const& recovered)
{
    if (recovered.transactions > 0)
        out << "  lost: the last " << recovered.transactions
            << " transactions, behind the damage in its log\n";
    if (recovered.pages.empty())
        return;
    constexpr std::size_t shown = 10;
    out << "  taken as they are: " << recovered.pages.size() << " damaged pages (number";
    for (std::size_t i = 0; i < recovered.pages.size() && i < shown; ++i)
        out << (i == 0 ? " " : ", ") << recovered.pages[i];
    out << (recovered.pages.size() > shown ? ", ...)\n" : ")\n");
}

void print_report(std::ostream& out, backup::Recovered const& recovered)
{
    auto const& database = recovered.database.string();
    out
        << (recovered.kept.empty() ? database + " was not damaged where that can be told\n"
                                   : "Recovered " + database + "\n");
    print_loss(out, recovered);
    for (auto const& sentence : recovered.damage)
        out << "  still wrong: " << sentence << "\n";
    if (recovered.damage.empty())
        out << "  verified: integrity, references, " << recovered.audit.entries << " entries in "
            << recovered.audit.developers << " audit chains\n";
    if (recovered.kept.empty())
        return;
    out << "\nThe database as it was is kept as " << recovered.kept.string()
        << "\nNobody can tell what a damaged page said before: a name, a scope or a time may\n"
           "be wrong.\n"
           "Try:  grantexd restore with a backup from before the damage, if there is one\n";
}

int recover(Input const& input)
{
    auto const directory = lock_database(place_config(input));
    auto const recovered = backup::recover(directory.database());
    if (input.has("json"))
        std::cout << boost::json::serialize(backup::to_json(recovered)) << "\n";
    else
        print_report(std::cout, recovered);
    return recovered.damage.empty() ? exit_ok : exit_config;
}

} // namespace

Command const recover_command{
    .name = "recover",
    .summary = "go on with what can be read of a damaged database",
    .usage = "grantexd recover [flags]",
    .about =
        "Go on with what can be read of a damaged database. A page that is not as it was written\n"
        "is refused to whoever reads it, and so is a log with a hole: a backup from before is\n"
        "better than guessing. Where there is none, this drops what the log cannot give any more,\n"
        "takes the pages as they are and says what that was. The database as it was is kept.",
    .examples = "  grantexd recover\n"
                "  grantexd doctor            afterwards: is it whole?\n",
    .flags = place_flags,
    .notes = "Stop the server first. What a damaged page says may be wrong: look at it.\n",
    .exits = "0 recovered or nothing to do, 1 failed, 2 usage, 78 something is\n"
             "            still wrong, a setting is, or a server runs",
    .words_max = 0,
    .run = recover};

} // namespace cli
