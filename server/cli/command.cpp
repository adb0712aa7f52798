#include "server/cli/command.hpp"

#include "server/cli/all_commands.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/wrap_text.hpp"
#include "server/keys.hpp"
#include "storage/migrate.hpp"
#include "storage/verify_database.hpp"

#include <SQLiteCpp/Exception.h>

#include <algorithm>
#include <exception>
#include <iostream>

namespace cli {

namespace {

constexpr Command const* table[] = {
    &serve_command,   &init_command,    &demo_command,    &doctor_command, &developers_command,
    &keys_command,    &audit_command,   &explain_command, &tail_command,   &backup_command,
    &restore_command, &recover_command, &migrate_command, &config_command, &health_command,
    &man_command,     &version_command,
};

void print_overview(std::ostream& out)
{
    out << "grantexd lets people allow, limit, see and revoke what AI agents do for them.\n\n"
           "Usage: grantexd COMMAND [flags]\n\nCommands:\n";
    for (auto const* const command : table)
        out << "  " << command->name << std::string(12 - command->name.size(), ' ')
            << command->summary << "\n";
    out << "\nEach command explains itself: grantexd serve --help\n"
           "First steps:                  grantexd serve --dev, then in a second terminal\n"
           "                              grantexd demo\n";
}

int print_version(Input const& input)
{
    if (input.has("json"))
        std::cout << R"({"version":")" << GRANTEXD_VERSION << "\"}\n";
    else
        std::cout << "grantexd " << GRANTEXD_VERSION << "\n";
    return exit_ok;
}

std::vector<Flag> version_flags()
{
    return {{"json", "print JSON for programs", true}};
}

// Prose that the source breaks where its lines end is one line for whoever wraps it.
std::string joined_lines(std::string_view text)
{
    std::string line;
    for (auto const c : text)
        if (c != '\n' && c != ' ')
            line += c;
        else if (!line.empty() && !line.ends_with(' '))
            line += ' ';
    while (line.ends_with(' '))
        line.pop_back();
    return line;
}

// Each known failure has its exit code; what is not foreseen is 1.
int report(std::exception const& error, int code)
{
    std::cerr << "grantexd: " << error.what() << "\n";
    return code;
}

int report_database(SQLite::Exception const& error)
{
    if (!storage::is_damage(error))
        return report(error, exit_failed);
    std::string what = error.what(); // it may quote a damaged schema
    std::ranges::replace_if(
        what, [](unsigned char c) { return c < ' '; }, ' '
    );
    std::cerr << "grantexd: the database is damaged: " << what
              << ". Try: grantexd restore with the newest backup, or grantexd recover\n";
    return exit_config;
}

} // namespace

Command const version_command{
    .name = "version",
    .summary = "print the version",
    .usage = "grantexd version [--json]",
    .about = "Print the version of this program.",
    .examples = "  grantexd version\n",
    .flags = version_flags,
    .notes = {},
    .exits = "0 always, 2 usage",
    .words_max = 0,
    .run = print_version};

std::span<Command const* const> commands()
{
    return table;
}

std::string help_text(Command const& command)
{
    constexpr std::string_view exits = "Exit codes: ";
    auto flags = command.flags();
    flags.push_back({"help", "show this text", true});
    std::string text = wrap_text(joined_lines(command.about), 0);
    text.append("\n\nUsage: ").append(command.usage);
    text.append("\n\nExamples:\n").append(command.examples);
    text.append("\nFlags:\n").append(flag_column(flags));
    if (!command.notes.empty())
        text.append("\n").append(wrap_text(joined_lines(command.notes), 0)).append("\n");
    text.append("\n").append(exits);
    text.append(wrap_text(joined_lines(command.exits), exits.size())).append("\n");
    return text;
}

int run(std::vector<std::string> const& arguments)
{
    auto const name = arguments.empty() ? std::string{"help"} : arguments.front();
    if (name == "help" || name == "--help" || name == "-h") {
        print_overview(std::cout);
        return exit_ok;
    }
    auto const* const found = std::ranges::find(
        table, name == "--version" ? "version" : std::string_view{name}, &Command::name
    );
    if (found == std::end(table)) {
        std::cerr << "grantexd: there is no command \"" << name << "\". Try: grantexd help\n";
        return exit_usage;
    }
    auto const& command = **found;
    try {
        auto const input = parse_arguments(command, std::span{arguments}.subspan(1));
        if (input.has("help")) {
            std::cout << help_text(command);
            return exit_ok;
        }
        return command.run(input);
    } catch (UsageError const& error) {
        return report(error, exit_usage);
    } catch (server::ConfigError const& error) {
        return report(error, exit_config);
    } catch (server::KeyError const& error) {
        return report(error, exit_config);
    } catch (storage::FileRefused const& error) {
        return report(error, exit_config);
    } catch (SQLite::Exception const& error) {
        return report_database(error);
    } catch (std::exception const& error) {
        return report(error, exit_failed);
    }
}

} // namespace cli
