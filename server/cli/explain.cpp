// grantexd explain: why a token, grant or request is as it is.
#include "server/cli/admin_call.hpp"
#include "server/cli/all_commands.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/wrap_text.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>
#include <iterator>

namespace cli {

namespace {

int explain(Input const& input)
{
    if (input.words.empty())
        throw UsageError("explain needs a token or an id. Try: grantexd explain --help");
    auto subject = input.words.front();
    if (subject == "-") {
        // A token on the command line can be seen by every user of the machine.
        subject.assign(std::istreambuf_iterator<char>{std::cin}, {});
        std::erase_if(subject, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    }
    boost::json::object arguments;
    arguments["subject"] = subject;
    auto const answer = ask(place_config(input), "explain", arguments);
    if (input.has("json")) {
        std::cout << boost::json::serialize(answer) << "\n";
        return exit_ok;
    }
    std::cout << answer.at("kind").as_string().c_str() << " " << answer.at("id").as_string().c_str()
              << ": " << answer.at("verdict").as_string().c_str() << "\n";
    for (auto const& sentence : answer.at("sentences").as_array())
        std::cout << "  " << wrap_text(std::string_view{sentence.as_string()}, 2) << "\n";
    return exit_ok;
}

} // namespace

Command const explain_command{
    .name = "explain",
    .summary = "say why a token, grant or request is active, denied or expired",
    .usage = "grantexd explain TOKEN|GRANT|REQUEST|AGENT [flags]",
    .about = "Say in sentences why a token, grant, authorization request or agent is as it is,\n"
             "with every grant it was delegated from.",
    .examples = "  grantexd explain grnt_01KJPX39N0D3PSNR531QZFCJCQ\n"
                "  grantexd explain - < token.txt      a token, out of sight of other users\n",
    .flags = place_flags,
    .notes = {},
    .exits = "0 explained, 1 unknown or no server and no database, 2 usage,\n"
             "            78 a setting is wrong",
    .words_max = 1,
    .run = explain};

} // namespace cli
