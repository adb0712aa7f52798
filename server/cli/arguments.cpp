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

server::Flags parse_flags(
    std::string_view command, Arguments const& arguments, std::span<Flag const> flags,
    std::string_view word
)
{
    auto const hint = ". Try: grantexd " + std::string{command} + " --help";
    try {
        namespace style = po::command_line_style;
        auto description = describe(flags);
        po::positional_options_description positional;
        if (!word.empty()) {
            description.add_options()(std::string{word}.c_str(), po::value<std::string>());
            positional.add(std::string{word}.c_str(), 1);
        }
        auto const parsed =
            po::command_line_parser(arguments)
                .options(description)
                .positional(positional)
                .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                .run();
        server::Flags values;
        for (auto const& option : parsed.options) {
            auto const flag = std::ranges::find(flags, option.string_key, &Flag::name);
            auto const is_switch = flag != flags.end() && flag->is_switch;
            values[option.string_key] =
                is_switch || option.value.empty() ? "true" : option.value.front();
        }
        return values;
    } catch (po::too_many_positional_options_error const&) {
        throw UsageError(
            "grantexd " + std::string{command} +
            (word.empty() ? " takes flags only" : " takes flags and one " + std::string{word}) +
            hint
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

server::Config place_config(server::Flags const& given)
{
    server::Flags flags;
    for (auto const name : place_names)
        if (auto const found = given.find(std::string{name}); found != given.end())
            flags.insert(*found);
    return server::read_config(flags, server::process_environment());
}

std::string help_text(std::span<Flag const> flags)
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
