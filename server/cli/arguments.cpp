#include "server/cli/arguments.hpp"

#include "server/cli/wrap_text.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <deque>

namespace cli {

namespace po = boost::program_options;

namespace {

constexpr std::size_t help_column = 30;
constexpr auto* words = "words"; // not a flag: what stands alone
constexpr Flag help_flag{"help", "show this text", true};
constexpr std::string_view place_names[] = {"config", "data-dir", "admin-socket", "dev"};

po::options_description describe(std::span<Flag const> flags)
{
    po::options_description description;
    for (auto const& flag : flags) {
        auto const* const semantic = flag.is_switch
                                         ? static_cast<po::value_semantic const*>(po::bool_switch())
                                         : po::value<std::string>();
        description.add_options()(std::string{flag.name}.c_str(), semantic);
    }
    return description;
}

} // namespace

Input parse_arguments(Command const& command, std::span<std::string const> arguments)
{
    auto const hint = ". Try: grantexd " + std::string{command.name} + " --help";
    auto flags = command.flags();
    flags.push_back(help_flag);
    try {
        namespace style = po::command_line_style;
        auto description = describe(flags);
        description.add_options()(words, po::value<std::vector<std::string>>());
        po::positional_options_description positional;
        positional.add(words, static_cast<int>(command.words_max));
        auto const parsed =
            po::command_line_parser({arguments.begin(), arguments.end()})
                .options(description)
                .positional(positional)
                .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                .run();
        Input input;
        for (auto const& option : parsed.options) {
            if (option.string_key == words) {
                input.words.push_back(option.value.front());
                continue;
            }
            auto const flag = std::ranges::find(flags, option.string_key, &Flag::name);
            auto const is_switch = flag != flags.end() && flag->is_switch;
            input.flags[option.string_key] =
                is_switch || option.value.empty() ? "true" : option.value.front();
        }
        return input;
    } catch (po::too_many_positional_options_error const&) {
        throw UsageError(
            "grantexd " + std::string{command.name} + " takes " +
            (command.words_max == 0 ? "flags only" : "fewer words") + hint
        );
    } catch (po::error const& error) {
        throw UsageError(error.what() + hint);
    }
}

std::vector<Flag> setting_flags()
{
    // The names are made once and live as long as the program: Flag only refers to them.
    static std::deque<std::string> const names = [] {
        std::deque<std::string> made;
        for (auto const& setting : server::settings())
            made.push_back(server::flag_name(setting));
        return made;
    }();
    std::vector<Flag> flags;
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto const& setting = server::settings()[i];
        // A secret on the command line would be visible to every user of the machine.
        if (!setting.has(server::secret))
            flags.push_back({names[i], setting.help, setting.has(server::a_switch)});
    }
    return flags;
}

std::vector<Flag> place_flags()
{
    std::vector<Flag> flags;
    for (auto const& flag : setting_flags())
        if (std::ranges::find(place_names, flag.name) != std::end(place_names))
            flags.push_back(flag);
    flags.push_back({"json", "print JSON for programs", true});
    return flags;
}

server::Config place_config(Input const& input)
{
    server::Flags flags;
    for (auto const name : place_names)
        if (auto const value = input.find(std::string{name}))
            flags[std::string{name}] = *value;
    return server::read_config(flags, server::process_environment());
}

std::string flag_column(std::span<Flag const> flags)
{
    std::string text;
    for (auto const& flag : flags) {
        auto left = "  --" + std::string{flag.name} + (flag.is_switch ? "" : " VALUE");
        if (left.size() + 2 > help_column)
            left += "\n" + std::string(help_column, ' ');
        else
            left.resize(help_column, ' ');
        text += left;
        text += wrap_text(flag.help, help_column) + '\n';
    }
    return text;
}

} // namespace cli
