// grantexd tail: what happens, as sentences.
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
        flags.begin(), {{"developer", "only events of the developer with this id", false},
                        {"type", "only events of this type, such as grant.revoked", false}}
    );
    return flags;
}

// "grant.revoked" -> "grant revoked"
std::string words_of(std::string type)
{
    for (auto& c : type)
        if (c == '.' || c == '_' || c == '-')
            c = ' ';
    return type;
}

// The members of the event that say whom and what it is about.
std::string details_of(boost::json::object const& data)
{
    std::string text;
    for (auto const& [name, value] : data) {
        if (value.is_null() || value.is_object())
            continue;
        text.append(text.empty() ? "" : ", ").append(name).append(" ");
        if (value.is_string())
            text += value.get_string();
        else
            text += boost::json::serialize(value);
    }
    return text;
}

bool print_line(boost::json::object const& line, bool as_json)
{
    if (line.empty())
        return true; // only to see whether we still listen
    if (as_json)
        std::cout << boost::json::serialize(line) << std::endl;
    else
        std::cout << line.at("createdAt").as_string().c_str() << "  "
                  << words_of(std::string{line.at("type").as_string()}) << ": "
                  << details_of(line.at("data").as_object()) << " ("
                  << line.at("developerId").as_string().c_str() << ")" << std::endl;
    return static_cast<bool>(std::cout);
}

int tail(Input const& input)
{
    boost::json::object arguments;
    for (auto const* const name : {"developer", "type"})
        if (auto const value = input.find(name))
            arguments[name] = *value;
    auto const as_json = input.has("json");
    ask_running_server(
        place_config(input), "tail", arguments,
        [as_json](boost::json::object const& line) { return print_line(line, as_json); }
    );
    return exit_ok;
}

} // namespace

Command const tail_command{
    .name = "tail",
    .summary = "show what happens, as it happens",
    .usage = "grantexd tail [--developer ID] [--type TYPE] [flags]",
    .about = "Show every event of every developer from now on, a line each, until it is stopped.",
    .examples = "  grantexd tail\n"
                "  grantexd tail --type grant.revoked\n"
                "  grantexd tail --json | jq .data\n",
    .flags = flags,
    .notes = {},
    .exits = "0 stopped, 1 no server runs, 2 usage, 78 a setting is wrong",
    .words_max = 0,
    .run = tail};

} // namespace cli
