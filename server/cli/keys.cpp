// grantexd keys: the signing keys, and what the master key wraps.
#include "server/cli/action.hpp"
#include "server/cli/admin_call.hpp"
#include "server/cli/all_commands.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/print_table.hpp"
#include "server/secret_file.hpp"

#include <boost/json/serialize.hpp>

#include <fstream>
#include <iostream>
#include <iterator>

namespace cli {

namespace {

using boost::json::object;

std::vector<Flag> flags()
{
    auto flags = place_flags();
    flags.insert(
        flags.begin(),
        {{"now", "rotate: for keys that leaked; every token signed so far is dead at once", true}}
    );
    return flags;
}

// "2026-03-02T09:12:04.000Z" -> "2026-03-02 09:12"
std::string minute(std::string time)
{
    if (time.size() > 16)
        time.resize(16);
    if (time.size() == 16)
        time[10] = ' ';
    return time;
}

void print_list(object const& answer)
{
    std::vector<Row> rows{{"KID", "STATE", "MADE", "SIGNS FROM", "VERIFIES UNTIL (UTC)"}};
    for (auto const& each : answer.at("signingKeys").as_array()) {
        auto const& key = each.as_object();
        rows.push_back(
            {member_text(key, "kid"), member_text(key, "state"), minute(member_text(key, "made")),
             minute(member_text(key, "signsFrom")), minute(member_text(key, "verifiesUntil"))}
        );
    }
    print_table(std::cout, rows);
    auto const old =
        answer.at("dataKeysUnderOld").as_int64() + answer.at("serverKeysUnderOld").as_int64();
    std::cout << "Master key " << member_text(answer, "masterKey") << ": ";
    if (old == 0)
        std::cout << "it wraps every other key; old ones can be taken out of the settings\n";
    else
        std::cout << old << " key(s) are still under an old one. Try: grantexd keys rewrap\n";
}

void print_change(std::string const& action, object const& answer)
{
    if (action == "rewrap") {
        std::cout << answer.at("serverKeys").as_int64() + answer.at("dataKeys").as_int64()
                  << " key(s) wrapped anew; old master keys can be taken out of the settings\n";
        return;
    }
    std::cout << "Signing key " << member_text(answer, "kid")
              << (answer.at("made").as_bool() ? "" : ", which waited already,") << " signs from "
              << minute(member_text(answer, "signsFrom")) << " UTC\n";
}

object arguments_of(std::string const& action, Input const& input)
{
    object arguments;
    if (action == "rotate" && input.has("now"))
        arguments["when"] = "now";
    if (action != "import")
        return arguments;
    if (input.words.size() < 2)
        throw UsageError("import needs a PEM file. Try: grantexd keys import signing.pem");
    auto const& name = input.words[1];
    if (server::is_open_to_others(name))
        throw UsageError(name + " can be read by others. Try: chmod 600 " + name);
    std::ifstream file{name, std::ios::binary};
    std::string pem{std::istreambuf_iterator<char>{file}, {}};
    if (!file || pem.empty())
        throw UsageError("cannot read a key from " + name);
    arguments["pem"] = pem;
    return arguments;
}

int keys(Input const& input)
{
    auto const action = read_action(input, "keys", {"list", "rotate", "import", "rewrap"});
    auto const arguments = arguments_of(action, input);
    auto const answer = ask(place_config(input), "keys." + action, arguments);
    if (input.has("json"))
        std::cout << boost::json::serialize(answer) << "\n";
    else if (action == "list")
        print_list(answer);
    else
        print_change(action, answer);
    return exit_ok;
}

} // namespace

Command const keys_command{
    .name = "keys",
    .summary = "list and rotate signing keys, import one, wrap all with a new master key",
    .usage = "grantexd keys [list]\n"
             "       grantexd keys rotate [--now]\n"
             "       grantexd keys import FILE\n"
             "       grantexd keys rewrap",
    .about = "The keys that sign tokens, and the master key that wraps every other key. A new\n"
             "signing key is published for SIGNING_KEY_LEAD before it signs; the old one stays\n"
             "published until its last token has expired.",
    .examples = "  grantexd keys                    what signs, what verifies, until when\n"
                "  grantexd keys rotate             the next key, published first\n"
                "  grantexd keys rotate --now       the keys leaked: all tokens are dead\n"
                "  grantexd keys rewrap             after the master key was changed\n",
    .flags = flags,
    .notes = {},
    .exits = "0 done, 1 refused or no server and no database, 2 usage,\n"
             "            78 a setting or key is wrong",
    .words_max = 2,
    .run = keys};

} // namespace cli
