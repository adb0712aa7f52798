// grantexd serve: reads the settings, opens everything, prints the banner, serves.
#include "server/cli/all_commands.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/banner.hpp"
#include "server/seeds.hpp"
#include "server/server.hpp"

#include <iostream>

namespace cli {

namespace {

int serve(Input const& input)
{
    auto const started = std::chrono::steady_clock::now();
    auto const read = [flags = input.flags] {
        return server::find_settings(flags, server::process_environment());
    };
    auto const values = read();
    server::App app{server::make_config(values)};
    server::Server server{app, http::Log{http::choose_log_format(app.config.log_format)}};
    server.reload_with(values, read);
    app.use_listen_port(server.address().port());
    // Once the address is ours: keys made by a start that then fails would never be shown.
    auto const seeds = server::plant_seeds(app);
    print_banner(std::cout, app, seeds, started);
    server.run();
    return exit_ok;
}

} // namespace

Command const serve_command{
    .name = "serve",
    .summary = "run the server",
    .usage = "grantexd serve [--dev] [flags]",
    .about = "Run the server.",
    .examples = "  grantexd serve --dev                       everything for trying it out\n"
                "  grantexd serve --dev --listen 127.0.0.1:0  on any free port\n"
                "  grantexd serve --public-base-url https://auth.example.com\n",
    .flags = setting_flags,
    .notes =
        "Each flag is also an environment variable (--data-dir is GRANTEXD_DATA_DIR) and a line\n"
        "of the file of settings (data_dir = ...). Secrets are environment variables, or files\n"
        "named by <NAME>_FILE. SIGHUP reads the file again, SIGTERM finishes what is under way.\n",
    .exits = "0 stopped, 1 failed, 2 usage, 70 the disk or signing failed,\n"
             "            78 a setting, key or file is wrong",
    .words_max = 0,
    .run = serve};

} // namespace cli
