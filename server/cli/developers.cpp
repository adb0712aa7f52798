// grantexd developers: who may use the API.
#include "server/cli/action.hpp"
#include "server/cli/admin_call.hpp"
#include "server/cli/all_commands.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/print_table.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>

namespace cli {

namespace {

using boost::json::object;

std::vector<Flag> flags()
{
    auto flags = place_flags();
    flags.insert(
        flags.begin(), {{"name", "create: what people read on the consent page", false},
                        {"email", "create: address of the developer", false},
                        {"mode", "create: live or sandbox; default: live", false},
                        {"plan", "create: free, pro or enterprise; default: DEFAULT_PLAN", false}}
    );
    return flags;
}

void print_list(object const& answer)
{
    std::vector<Row> rows{{"ID", "NAME", "MODE", "PLAN", "KEYS", "MADE"}};
    for (auto const& each : answer.at("developers").as_array()) {
        auto const& developer = each.as_object();
        rows.push_back(
            {member_text(developer, "id"), member_text(developer, "name"),
             member_text(developer, "mode"), member_text(developer, "plan"),
             member_text(developer, "keys"), member_text(developer, "createdAt").substr(0, 10)}
        );
    }
    print_table(std::cout, rows);
}

void print_change(std::string const& action, object const& answer)
{
    if (action == "create")
        std::cout << "Developer " << member_text(answer, "id") << " ("
                  << member_text(answer, "mode") << ", " << member_text(answer, "plan") << ")\n";
    else
        std::cout << "Developer " << member_text(answer, "id") << ": "
                  << member_text(answer, "removedKeys") << " key(s) are dead now\n";
    if (answer.contains("apiKey"))
        std::cout << "API key   " << member_text(answer, "apiKey")
                  << "\nIt is shown this once. Keep it where the agent's server reads it.\n";
}

object arguments_of(std::string const& action, Input const& input)
{
    object arguments;
    if (action == "create") {
        for (auto const* const name : {"name", "email", "mode", "plan"})
            if (auto const value = input.find(name))
                arguments[name] = *value;
        if (!arguments.contains("name"))
            throw UsageError("create needs --name. Try: grantexd developers create --name \"Acme\""
            );
    } else if (action != "list") {
        if (input.words.size() < 2)
            throw UsageError(action + " needs the developer's id. Try: grantexd developers list");
        arguments["id"] = input.words[1];
    }
    return arguments;
}

int developers(Input const& input)
{
    auto const action = read_action(input, "developers", {"list", "create", "rotate", "disable"});
    auto const arguments = arguments_of(action, input);
    auto const answer = ask(place_config(input), "developers." + action, arguments);
    if (input.has("json"))
        std::cout << boost::json::serialize(answer) << "\n";
    else if (action == "list")
        print_list(answer);
    else
        print_change(action, answer);
    return exit_ok;
}

} // namespace

Command const developers_command{
    .name = "developers",
    .summary = "list and make developers, rotate or remove their API keys",
    .usage = "grantexd developers [list]\n"
             "       grantexd developers create --name NAME [--email ADDRESS] [--mode sandbox]\n"
             "       grantexd developers rotate|disable ID",
    .about = "Who may use the API. A rotated key and the keys of a disabled developer are dead at\n"
             "once; grants that people gave stay as they are.",
    .examples = "  grantexd developers                           everyone\n"
                "  grantexd developers create --name \"Acme\"      prints the key, once\n"
                "  grantexd developers rotate dev_01KJF1S600JW   a new key instead of all others\n"
                "  grantexd developers list --json               for programs\n",
    .flags = flags,
    .notes = {},
    .exits = "0 done, 1 refused or no server and no database, 2 usage,\n"
             "            78 a setting is wrong",
    .words_max = 2,
    .run = developers};

} // namespace cli
