// grantexd init: the first developer and its key, so that a script can set a server up.
#include "server/app.hpp"
#include "server/cli/admin_call.hpp"
#include "server/cli/all_commands.hpp"
#include "server/cli/arguments.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>

namespace cli {

namespace {

std::vector<Flag> flags()
{
    auto flags = place_flags();
    flags.insert(
        flags.begin(), {{"name", "name of the first developer; default: First developer", false},
                        {"email", "its address", false}}
    );
    return flags;
}

// Makes directory, database and keys where there is no server that has them.
void make_database(server::Config const& config)
{
    if (is_server_running(config))
        return;
    server::App const app{config};
}

boost::json::object make_developer(server::Config const& config, Input const& input)
{
    boost::json::object answer;
    auto const existing = ask(config, "developers.list");
    auto const& developers = existing.at("developers").as_array();
    answer["created"] = developers.empty();
    if (!developers.empty()) {
        answer["developers"] = developers.size();
        return answer;
    }
    boost::json::object arguments;
    arguments["name"] = input.find("name").value_or("First developer");
    if (auto const email = input.find("email"))
        arguments["email"] = *email;
    auto const made = ask(config, "developers.create", arguments);
    answer["developerId"] = made.at("id");
    answer["apiKey"] = made.at("apiKey");
    return answer;
}

int init(Input const& input)
{
    auto const config = place_config(input);
    make_database(config);
    auto answer = make_developer(config, input);
    answer["database"] = (config.data_dir / "grantexd.db").string();
    if (input.has("json")) {
        std::cout << boost::json::serialize(answer) << "\n";
        return exit_ok;
    }
    std::cout << "Database  " << answer.at("database").as_string().c_str() << "\n";
    if (!answer.at("created").as_bool()) {
        std::cout << "It has developers already, so nothing was made.\n"
                     "More: grantexd developers create --name NAME\n";
        return exit_ok;
    }
    std::cout << "Developer " << answer.at("developerId").as_string().c_str() << "\nAPI key   "
              << answer.at("apiKey").as_string().c_str()
              << "\nIt is shown this once. Keep it where the agent's server reads it.\n"
                 "Next: grantexd doctor    says what is left to do\n";
    return exit_ok;
}

} // namespace

Command const init_command{
    .name = "init",
    .summary = "make the database and the first developer, once",
    .usage = "grantexd init [--name NAME] [--email ADDRESS] [flags]",
    .about =
        "Make the database, its keys and the first developer, and print its API key. Doing it\n"
        "again changes nothing.",
    .examples = "  grantexd init --name \"Acme\" --email team@acme.example\n"
                "  KEY=$(grantexd init --json | jq -r .apiKey)\n",
    .flags = flags,
    .notes = {},
    .exits = "0 made, or there already, 1 failed, 2 usage, 78 a setting is wrong",
    .words_max = 0,
    .run = init};

} // namespace cli
