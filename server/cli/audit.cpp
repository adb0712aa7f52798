// grantexd audit: the audit chain as a file, and whether such a file was tampered with.
#include "server/cli/admin_call.hpp"
#include "server/cli/all_commands.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/verify_chain.hpp"

#include <boost/json/serialize.hpp>

#include <fstream>
#include <iostream>

namespace cli {

namespace {

std::vector<Flag> flags()
{
    auto flags = place_flags();
    flags.insert(
        flags.begin(), {{"developer", "export: whose chain, by id", false},
                        {"out", "export: the file to write; default: standard output", false}}
    );
    return flags;
}

int export_chain(Input const& input)
{
    auto const developer = input.find("developer");
    if (!developer)
        throw UsageError("export needs --developer ID. Try: grantexd developers list");
    auto const file = input.find("out");
    std::ofstream stream;
    if (file) {
        stream.open(*file, std::ios::trunc);
        if (!stream)
            throw UsageError("cannot write " + *file);
    }
    auto& out = file ? static_cast<std::ostream&>(stream) : std::cout;
    boost::json::object arguments;
    arguments["developer"] = *developer;
    auto const answer =
        ask(place_config(input), "audit.export", arguments, [&](boost::json::object const& line) {
            out << boost::json::serialize(line) << "\n";
            return static_cast<bool>(out);
        });
    out.flush();
    if (!out)
        throw CallFailed("the file could not be written whole. Try: check the disk");
    std::cerr << boost::json::serialize(answer.at("entries")) << " entries"
              << (file ? " in " + *file : std::string{}) << "\n";
    return exit_ok;
}

int verify(Input const& input)
{
    if (input.words.size() < 2)
        throw UsageError("verify needs a file. Try: grantexd audit verify audit.jsonl");
    auto const& name = input.words[1];
    std::ifstream file{name};
    if (!file)
        throw UsageError("cannot read " + name);
    auto const result = verify_chain(file);
    if (input.has("json")) {
        boost::json::object shown;
        shown["entries"] = result.entries;
        shown["intact"] = !result.fault;
        if (result.fault) {
            shown["line"] = result.line;
            shown["entryId"] = result.entry_id;
            shown["fault"] = *result.fault;
        }
        std::cout << boost::json::serialize(shown) << "\n";
    } else if (result.fault) {
        std::cout << name << " is broken at line " << result.line << ", entry "
                  << (result.entry_id.empty() ? "?" : result.entry_id) << ": " << *result.fault
                  << "\n";
    } else {
        std::cout << name << " is intact: " << result.entries << " entries, last hash "
                  << (result.last_hash.empty() ? "-" : result.last_hash) << "\n";
    }
    return result.fault ? exit_failed : exit_ok;
}

int audit(Input const& input)
{
    auto const action = input.words.empty() ? std::string{} : input.words.front();
    if (action == "export")
        return export_chain(input);
    if (action == "verify")
        return verify(input);
    throw UsageError("audit knows export and verify. Try: grantexd audit --help");
}

} // namespace

Command const audit_command{
    .name = "audit",
    .summary = "export a developer's audit chain; verify an exported one offline",
    .usage = "grantexd audit export --developer ID [--out FILE]\n"
             "       grantexd audit verify FILE",
    .about =
        "Export the audit chain of a developer as a file, a line of JSON an entry, and verify\n"
        "such a file on any machine, without a server: every entry's hash covers what it\n"
        "says and the hash before it, so the first entry that was changed, removed or put\n"
        "in is named.",
    .examples = "  grantexd audit export --developer dev_01KJF1S600JW --out audit.jsonl\n"
                "  grantexd audit verify audit.jsonl\n",
    .flags = flags,
    .notes = "A file whose last entries were cut off is intact in itself: compare the number of\n"
             "entries and the last hash with those that export printed.\n",
    .exits = "0 done and intact, 1 broken or refused, 2 usage, 78 a setting is wrong",
    .words_max = 2,
    .run = audit};

} // namespace cli
