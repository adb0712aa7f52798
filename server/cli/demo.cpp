// grantexd demo: walks through the whole job, against a running server or one of its own.
#include "server/cli/all_commands.hpp"
#include "server/cli/demo_steps.hpp"
#include "server/cli/own_server.hpp"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>

namespace cli {

namespace {

constexpr std::string_view default_url = "http://127.0.0.1:3001";
constexpr char const* key_variable = "GRANTEXD_API_KEY";

std::vector<Flag> flags()
{
    return {
        {"yes", "ask nobody: everything goes through the sandbox", true},
        {"url",
         "the server to talk to, plain http; http://127.0.0.1:3001 when only a key is given. "
         "Without URL and key the demo starts a server of its own, which is gone afterwards",
         false},
        {"key-file", "file that holds the API key of a developer on that server", false},
        {"key",
         "the API key itself; other users of this machine can see it while the demo runs, so keep "
         "this for development keys",
         false},
        {"timeout", "seconds to wait for your decision, 1 to 86400; 300 when not given", false},
        {"no-open", "print the consent link only, do not open the browser", true},
        {"json", "print one JSON object a step instead of text", true},
    };
}

std::string read_key_file(std::string const& path)
{
    constexpr std::size_t bytes_max = 4096;
    std::ifstream file{path, std::ios::binary};
    std::string key(bytes_max, '\0');
    file.read(key.data(), static_cast<std::streamsize>(key.size()));
    if (file.bad() || file.gcount() == 0)
        throw UsageError("--key-file: cannot read a key from " + path);
    key.resize(static_cast<std::size_t>(file.gcount()));
    key.erase(std::min(key.find_last_not_of(" \t\r\n") + 1, key.size()));
    return key;
}

// Empty: none was given.
std::string read_key(Input const& input)
{
    auto const flag = input.find("key");
    auto const file = input.find("key-file");
    if (flag && file)
        throw UsageError("--key and --key-file are two ways to say the same. Try: one of them");
    auto const* const variable = std::getenv(key_variable);
    auto key = flag   ? *flag
               : file ? read_key_file(*file)
                      : std::string{variable == nullptr ? "" : variable};
    // It goes into a header line.
    auto const visible = [](char c) { return c > ' ' && c < '\x7f'; };
    if ((flag || file) && key.empty())
        throw UsageError("the API key is empty. Try: gx_live_... or gx_test_...");
    if (!std::ranges::all_of(key, visible))
        throw UsageError("an API key has visible characters only, no spaces. Try: gx_live_...");
    return key;
}

std::chrono::seconds read_timeout(Input const& input)
{
    auto const text = input.find("timeout").value_or("300");
    int seconds = 0;
    auto const [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (fault != std::errc{} || end != text.data() + text.size() || seconds < 1 || seconds > 86400)
        throw UsageError("--timeout must be a number of seconds from 1 to 86400");
    return std::chrono::seconds{seconds};
}

Style style_of(Input const& input)
{
    if (input.has("json"))
        return Style::json;
    auto const* const no_color = std::getenv("NO_COLOR"); // no-color.org
    auto const* const terminal = std::getenv("TERM");
    auto const colored = ::isatty(STDOUT_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1 &&
                         (no_color == nullptr || *no_color == 0) && terminal != nullptr &&
                         std::string_view{terminal} != "dumb";
    return colored ? Style::colored : Style::plain;
}

void introduce(Narrator& narrator, HttpClient const& client, bool own_server)
{
    if (own_server) {
        narrator.say(
            "The whole job of grantexd, step by step, on a server of its own at " +
            client.base_url() + ", which ends with the demo."
        );
        return;
    }
    narrator.say("The whole job of grantexd, step by step, on " + client.base_url() + ".");
    if (!client.is_local())
        narrator.say(
            "Note: that is another machine, and whoever is on the way there can read the key and "
            "the tokens of this demo."
        );
}

int demo(Input const& input)
{
    auto key = read_key(input);
    auto const url = input.find("url");
    DemoPlan const plan{
        .sandbox = input.has("yes"),
        .own_server = !url && key.empty(),
        .open_browser = !input.has("no-open"),
        .patience = read_timeout(input)};
    std::optional<HttpClient> client;
    if (!plan.own_server)
        client.emplace(url ? std::string_view{*url} : default_url);

    std::optional<OwnServer> own_server;
    if (plan.own_server) {
        own_server.emplace();
        client.emplace(own_server->base_url());
        key = plan.sandbox ? own_server->sandbox_key() : own_server->live_key();
    }
    auto const has_key = !key.empty();
    client->use_key(std::move(key));
    Narrator narrator{std::cout, std::cerr, style_of(input)};
    introduce(narrator, *client, plan.own_server);
    return walk_demo(*client, narrator, plan, has_key) ? exit_ok : exit_failed;
}

} // namespace

Command const demo_command{
    .name = "demo",
    .summary = "walk through the whole job against a running server, or one it starts",
    .usage = "grantexd demo [flags]",
    .about = "Walk through the whole job: an agent is registered, asks for scopes, you allow\n"
             "it, and its token is verified, refreshed, delegated, audited and revoked.",
    .examples = "  grantexd demo              a server of its own; you decide in the browser\n"
                "  grantexd demo --yes        the same without being asked\n"
                "  GRANTEXD_API_KEY=gx_live_... grantexd demo\n"
                "                             against the server on http://127.0.0.1:3001\n"
                "  grantexd demo --url http://127.0.0.1:3001\n"
                "                             the same, with a key it signs up for itself (where\n"
                "                             sign-up is open, as with serve --dev)\n",
    .flags = flags,
    .notes = "The key is that of --key or --key-file, or else of the environment variable\n"
             "GRANTEXD_API_KEY. Keys, codes and tokens are printed shortened.\n",
    .exits = "0 every step went as it should, 1 a step failed or you did not\n"
             "            allow it, 2 usage",
    .words_max = 0,
    .run = demo};

} // namespace cli
