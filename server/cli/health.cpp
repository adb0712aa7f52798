// grantexd health: whether the server answers, for scripts and monitors.
#include "server/cli/all_commands.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/ask_health.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>

namespace cli {

namespace {

std::vector<Flag> flags()
{
    auto flags = place_flags();
    flags.insert(
        flags.begin(), {"url", "the server to ask; default: the address it listens on", false}
    );
    return flags;
}

int health(Input const& input)
{
    auto const url = input.find("url").value_or("");
    HttpClient const client{url.empty() ? "http://" + place_config(input).listen : url};
    auto const [problem, took] = ask_health(client);
    if (input.has("json")) {
        boost::json::object shown;
        shown["healthy"] = problem.empty();
        shown["url"] = client.base_url();
        if (!problem.empty())
            shown["problem"] = problem;
        else
            shown["microseconds"] = took.count();
        std::cout << boost::json::serialize(shown) << "\n";
    } else if (problem.empty()) {
        std::cout << client.base_url() << " is healthy (answered in " << took.count() << " us)\n";
    } else {
        std::cerr << "grantexd: " << problem << ". Try: grantexd doctor\n";
    }
    return problem.empty() ? exit_ok : exit_unhealthy;
}

} // namespace

Command const health_command{
    .name = "health",
    .summary = "ask the server whether it is healthy",
    .usage = "grantexd health [--url URL] [flags]",
    .about = "Ask the server whether it is healthy.",
    .examples = "  grantexd health\n"
                "  grantexd health --url http://127.0.0.1:3001 || systemctl restart grantexd\n",
    .flags = flags,
    .notes = {},
    .exits = "0 healthy, 2 usage, 3 unhealthy or no answer, 78 a setting is wrong",
    .words_max = 0,
    .run = health};

} // namespace cli
