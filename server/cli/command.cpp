#include "server/cli/command.hpp"

#include "server/cli/arguments.hpp"
#include "server/keys.hpp"
#include "storage/migrate.hpp"

#include <algorithm>
#include <exception>
#include <iostream>

namespace cli {

namespace {

constexpr Command table[] = {
    {"serve", "run the server", serve},
    {"demo", "walk through the whole job against a running server, or one it starts", demo},
    {"backup", "make a verified backup of the database", backup},
    {"restore", "put a backup in the place of the database", restore},
    {"migrate", "bring the database to the schema of this version, or try that on a copy", migrate},
    {"version", "print the version", version},
};

void print_help(std::ostream& out)
{
    out << "grantexd lets people allow, limit, see and revoke what AI agents do for them.\n\n"
           "Usage: grantexd COMMAND [flags]\n\nCommands:\n";
    for (auto const& command : table)
        out << "  " << command.name << std::string(10 - command.name.size(), ' ') << command.summary
            << "\n";
    out << "\nEach command explains itself: grantexd serve --help\n"
           "First steps:                  grantexd serve --dev, then in a second terminal\n"
           "                              grantexd demo\n";
}

} // namespace

std::span<Command const> commands()
{
    return table;
}

int version(Arguments const&)
{
    std::cout << "grantexd " << GRANTEXD_VERSION << "\n";
    return exit_ok;
}

int run(Arguments const& arguments)
{
    auto const name = arguments.empty() ? std::string{"help"} : arguments.front();
    if (name == "help" || name == "--help" || name == "-h") {
        print_help(std::cout);
        return exit_ok;
    }
    auto const* const command = std::ranges::find(
        table, name == "--version" ? "version" : std::string_view{name}, &Command::name
    );
    if (command == std::end(table)) {
        std::cerr << "grantexd: there is no command \"" << name << "\". Try: grantexd help\n";
        return exit_usage;
    }
    try {
        return command->run({arguments.begin() + 1, arguments.end()});
    } catch (UsageError const& error) {
        std::cerr << "grantexd: " << error.what() << "\n";
        return exit_usage;
    } catch (server::ConfigError const& error) {
        std::cerr << "grantexd: " << error.what() << "\n";
        return exit_config;
    } catch (server::KeyError const& error) {
        std::cerr << "grantexd: " << error.what() << "\n";
        return exit_config;
    } catch (storage::FileRefused const& error) {
        std::cerr << "grantexd: " << error.what() << "\n";
        return exit_config;
    } catch (std::exception const& error) {
        std::cerr << "grantexd: " << error.what() << "\n";
        return exit_failed;
    }
}

} // namespace cli
