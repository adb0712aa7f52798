// grantexd doctor: what is left to do before people rely on this server, each with its command.
#include "server/cli/all_commands.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/diagnose.hpp"
#include "server/cli/wrap_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>

namespace cli {

namespace {

std::string_view word(Diagnosis::State state)
{
    switch (state) {
    case Diagnosis::State::good:
        return "good";
    case Diagnosis::State::advice:
        return "advice";
    case Diagnosis::State::problem:
        break;
    }
    return "PROBLEM";
}

void print_as_json(std::vector<Diagnosis> const& all)
{
    boost::json::array list;
    for (auto const& each : all) {
        boost::json::object row;
        row["check"] = each.check;
        row["state"] = each.state == Diagnosis::State::problem ? "problem" : word(each.state);
        row["text"] = each.text;
        if (each.try_next.empty())
            row["try"] = nullptr;
        else
            row["try"] = each.try_next;
        list.push_back(std::move(row));
    }
    std::cout << boost::json::serialize(list) << "\n";
}

void print(std::vector<Diagnosis> const& all)
{
    constexpr std::size_t indent = 22;
    for (auto const& each : all) {
        std::string left{word(each.state)};
        left.resize(9, ' ');
        left += each.check;
        left.resize(std::max(left.size() + 1, indent), ' ');
        std::cout << left << wrap_text(each.text, indent) << "\n";
        if (!each.try_next.empty())
            std::cout << std::string(indent, ' ') << "Try: " << each.try_next << "\n";
    }
}

int doctor(Input const& input)
{
    auto const all = diagnose(input);
    if (input.has("json"))
        print_as_json(all);
    else
        print(all);
    auto const bad = std::ranges::count(all, Diagnosis::State::problem, &Diagnosis::state);
    return bad == 0 ? exit_ok : exit_unhealthy;
}

} // namespace

Command const doctor_command{
    .name = "doctor",
    .summary = "check settings, disk, clock, TLS, backups and mail; say what is left to do",
    .usage = "grantexd doctor [flags]",
    .about = "Check the settings, the disk, the clock, TLS, backups, mail and the running server;\n"
             "when none runs, read all of the database too. What is not as it should be is said\n"
             "together with the command that mends it.",
    .examples = "  grantexd doctor\n"
                "  grantexd doctor --json | jq '.[] | select(.state == \"problem\")'\n",
    .flags = place_flags,
    .notes = {},
    .exits = "0 no problem, 2 usage, 3 there is one",
    .words_max = 0,
    .run = doctor};

} // namespace cli
