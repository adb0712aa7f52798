// grantexd config: what every setting is set to and by whom, and whether a start would accept it.
#include "server/cli/action.hpp"
#include "server/cli/all_commands.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/print_table.hpp"
#include "server/cli/wrap_text.hpp"
#include "server/config_file.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>

namespace cli {

namespace {

using server::Setting;
using server::SettingValue;

std::vector<Flag> flags()
{
    auto flags = setting_flags();
    flags.push_back({"json", "print JSON for programs", true});
    return flags;
}

std::vector<SettingValue> find_values(Input const& input)
{
    auto flags = input.flags;
    flags.erase("json");
    return server::find_settings(flags, server::process_environment());
}

SettingValue const* find_value(std::vector<SettingValue> const& values, Setting const& setting)
{
    auto const found = std::ranges::find(values, &setting, &SettingValue::setting);
    return found == values.end() ? nullptr : &*found;
}

// A secret is never shown, only that there is one.
std::string shown(Setting const& setting, SettingValue const* value)
{
    if (value == nullptr)
        return "-";
    if (setting.has(server::secret))
        return value->text.empty() ? "-" : "set";
    return value->text.empty() ? "\"\"" : value->text;
}

void show_as_json(std::vector<SettingValue> const& values)
{
    boost::json::array list;
    for (auto const& setting : server::settings()) {
        auto const* const value = find_value(values, setting);
        boost::json::object row;
        row["name"] = server::file_name(setting);
        if (value == nullptr)
            row["value"] = nullptr;
        else
            row["value"] = shown(setting, value);
        row["origin"] = value == nullptr || value->origin.empty() ? "default" : value->origin;
        row["default"] = setting.fallback;
        row["live"] = setting.has(server::live);
        list.push_back(std::move(row));
    }
    std::cout << boost::json::serialize(list) << "\n";
}

int show(Input const& input)
{
    auto const values = find_values(input);
    if (input.has("json")) {
        show_as_json(values);
        return exit_ok;
    }
    std::vector<Row> rows{{"SETTING", "VALUE", "DEFAULT", "SET BY"}};
    for (auto const& setting : server::settings()) {
        auto const* const value = find_value(values, setting);
        rows.push_back(
            {server::file_name(setting), shown(setting, value),
             setting.fallback.empty() ? "-" : std::string{setting.fallback},
             value == nullptr || value->origin.empty() ? "" : value->origin}
        );
    }
    print_table(std::cout, rows);
    return exit_ok;
}

int check(Input const& input)
{
    auto const values = find_values(input);
    auto const config = server::make_config(values);
    auto const given = std::ranges::count_if(values, [](SettingValue const& value) {
        return !value.origin.empty();
    });
    if (input.has("json"))
        std::cout << R"({"valid":true})"
                  << "\n";
    else
        std::cout << "The settings are good: " << given << " given, the others at their default.\n"
                  << "Data directory " << config.data_dir.string() << ", clients use "
                  << config.public_base_url << "\n";
    return exit_ok;
}

// Every setting with its help, commented out: a file that changes nothing until it is edited.
int print_sample()
{
    std::cout << "# Settings of grantexd, as " << server::default_config_file << ".\n"
              << "# A flag or an environment variable beats what is written here. After a change:\n"
              << "# systemctl reload grantexd, which names what needs a restart.\n";
    for (auto const& setting : server::settings()) {
        if (setting.name == "CONFIG")
            continue;
        std::string help = wrap_text(setting.help, 2);
        for (auto at = help.find("\n  "); at != help.npos; at = help.find("\n  ", at + 3))
            help.replace(at, 3, "\n# ");
        auto const is_secret = setting.has(server::secret);
        std::cout << "\n# " << help << "\n#" << server::file_name(setting)
                  << (is_secret ? "_file" : "") << " = " << setting.fallback << "\n";
    }
    return exit_ok;
}

int config(Input const& input)
{
    auto const action = read_action(input, "config", {"show", "check", "sample"});
    if (action == "show")
        return show(input);
    if (action == "check")
        return check(input);
    return print_sample();
}

} // namespace

Command const config_command{
    .name = "config",
    .summary = "show every setting and who set it; check them; print a sample file",
    .usage = "grantexd config [show|check|sample] [flags]",
    .about = "Show what every setting is set to and by whom (a flag, a variable, a line of the\n"
             "file, or the default), check them as a start would, or print a sample file.",
    .examples = "  grantexd config                        a table; secrets say `set` only\n"
                "  grantexd config check                  exit code 78 if a start would refuse\n"
                "  grantexd config sample > grantexd.conf\n",
    .flags = flags,
    .notes = "It takes the flags of `serve`, so that what they change can be seen.\n",
    .exits = "0 shown and good, 2 usage, 78 a setting is wrong",
    .words_max = 1,
    .run = config};

} // namespace cli
