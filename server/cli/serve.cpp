// grantexd serve: reads the settings, opens everything, prints the banner, serves.
#include "server/cli/arguments.hpp"
#include "server/cli/banner.hpp"
#include "server/seeds.hpp"
#include "server/server.hpp"

#include <iostream>

namespace cli {

namespace {

void print_help()
{
    auto flags = setting_flags();
    std::cout << "Run the server.\n\n"
                 "Usage: grantexd serve [--dev] [flags]\n\n"
                 "Examples:\n"
                 "  grantexd serve --dev                       everything for trying it out\n"
                 "  grantexd serve --dev --listen 127.0.0.1:0  on any free port\n"
                 "  grantexd serve --public-base-url https://auth.example.com\n\n"
                 "Flags (each is also an environment variable: --data-dir is GRANTEXD_DATA_DIR;\n"
                 "secrets are environment variables only, or files named by <NAME>_FILE):\n"
              << help_text(flags)
              << "\nExit codes: 0 stopped, 1 failed, 2 usage, 70 the disk or signing failed,\n"
                 "            78 a setting, key or file is wrong\n";
}

} // namespace

int serve(Arguments const& arguments)
{
    auto const started = std::chrono::steady_clock::now();
    auto flags = setting_flags();
    flags.push_back({"help", "show this text", true});
    auto const given = parse_flags("serve", arguments, flags);
    if (given.contains("help")) {
        print_help();
        return exit_ok;
    }
    server::App app{server::read_config(given, server::process_environment())};
    server::Server server{app, http::Log{}};
    app.use_listen_port(server.address().port());
    // Once the address is ours: keys made by a start that then fails would never be shown.
    auto const seeds = server::plant_seeds(app);
    print_banner(std::cout, app, seeds, started);
    server.run();
    return exit_ok;
}

} // namespace cli
