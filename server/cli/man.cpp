// grantexd man: the page of the manual, from the tables that the program itself works by.
#include "server/cli/all_commands.hpp"
#include "server/config_file.hpp"

#include <iostream>
#include <sstream>

namespace cli {

namespace {

// What roff would take for a request or an escape (man-pages(7)).
std::string escaped(std::string_view text)
{
    std::string safe;
    bool line_start = true;
    for (auto const c : text) {
        if (line_start && (c == '.' || c == '\''))
            safe += "\\&";
        if (c == '\\')
            safe += "\\e";
        else if (c == '-')
            safe += "\\-";
        else
            safe += c;
        line_start = c == '\n';
    }
    return safe;
}

void print_verbatim(std::ostream& out, std::string_view text)
{
    while (text.ends_with('\n'))
        text.remove_suffix(1);
    out << ".nf\n" << escaped(text) << "\n.fi\n";
}

void print_command(std::ostream& out, Command const& command)
{
    out << ".SS " << command.name << "\n" << escaped(command.about) << "\n.PP\n";
    print_verbatim(out, command.usage);
    if (command.name != "serve" && command.name != "config")
        for (auto const& flag : command.flags())
            out << ".TP\n.B " << escaped("--" + std::string{flag.name})
                << (flag.is_switch ? "" : " \\fIVALUE\\fR") << "\n"
                << escaped(flag.help) << "\n";
    out << ".PP\nExamples:\n.PP\n";
    print_verbatim(out, command.examples);
    if (!command.notes.empty())
        out << ".PP\n" << escaped(command.notes);
    out << ".PP\nExit codes: " << escaped(command.exits) << ".\n";
}

void print_settings(std::ostream& out)
{
    out << ".SH SETTINGS\n"
           "Each is a flag of serve, an environment variable and a line of the file:\n"
           "\\-\\-data\\-dir, GRANTEXD_DATA_DIR and data_dir. A flag beats a variable, which beats "
           "the file,\nwhich beats the default. Secrets have no flag; their file is named by "
           "NAME_FILE.\n";
    for (auto const& setting : server::settings()) {
        out << ".TP\n.B " << server::file_name(setting)
            << (setting.fallback.empty() ? "" : " (default: " + escaped(setting.fallback) + ")")
            << "\n"
            << escaped(setting.help) << ".";
        if (setting.has(server::live))
            out << " Read again on SIGHUP.";
        out << "\n";
    }
}

std::vector<Flag> no_flags()
{
    return {};
}

int man(Input const&)
{
    std::ostringstream page;
    page << ".TH GRANTEXD 1 \"\" \"grantexd " << GRANTEXD_VERSION << "\" \"User Commands\"\n"
         << ".SH NAME\ngrantexd \\- lets people allow, limit, see and revoke what AI agents do for "
            "them\n.SH SYNOPSIS\n.B grantexd\n\\fICOMMAND\\fR [\\fIflags\\fR]\n"
         << ".SH DESCRIPTION\nThe server of the Grantex protocol in one process with one database "
            "file, and the\ncommands to operate it. Commands that need the database talk to the "
            "running server\nover its admin socket, or use the file themselves when no server "
            "runs.\n.SH COMMANDS\n";
    for (auto const* const command : commands())
        print_command(page, *command);
    print_settings(page);
    page << ".SH FILES\n.TP\n.I " << escaped(server::default_config_file)
         << "\nsettings\n.TP\n.I /var/lib/grantexd\nthe database, its backups and the master key\n"
         << ".SH SIGNALS\nSIGTERM and SIGINT finish what is under way and stop; SIGHUP reads the "
            "settings again.\n";
    std::cout << page.str();
    return exit_ok;
}

} // namespace

Command const man_command{
    .name = "man",
    .summary = "print the page of the manual, for man(1)",
    .usage = "grantexd man",
    .about = "Print the page of the manual in the format of man(7).",
    .examples = "  grantexd man | man -l -\n",
    .flags = no_flags,
    .notes = {},
    .exits = "0 printed, 2 usage",
    .words_max = 0,
    .run = man};

} // namespace cli
