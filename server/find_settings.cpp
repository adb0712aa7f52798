// Where each setting comes from: flag, environment, alias, file, default, in this order.
#include "server/config_file.hpp"
#include "server/rules/nearest_word.hpp"
#include "server/secret_file.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

extern char** environ; // NOLINT: POSIX name

namespace server {

namespace {

void refuse_unknown_variables(Environment const& environment)
{
    std::vector<std::string> known;
    for (auto const& setting : settings()) {
        known.push_back(environment_name(setting));
        if (setting.has(secret))
            known.push_back(known.back() + "_FILE");
    }
    for (auto const& [variable, value] : environment)
        // The key of a developer, for the commands that call the API; no setting of the server.
        if (variable.starts_with("GRANTEXD_") && variable != "GRANTEXD_API_KEY" &&
            std::ranges::find(known, variable) == known.end())
            throw ConfigError(
                variable + " is not a setting. Did you mean " +
                rules::nearest_word(variable, known) + "? Try: grantexd serve --help"
            );
}

std::string read_secret(std::string const& path, std::string const& origin)
{
    if (is_open_to_others(path))
        throw ConfigError(origin + ": " + path + " can be read by others. Try: chmod 600 " + path);
    std::ifstream file{path, std::ios::binary};
    std::string text;
    try {
        text.assign(std::istreambuf_iterator<char>{file}, {});
    } catch (std::ios_base::failure const&) { // a directory, or a disk that cannot be read
        file.setstate(std::ios::badbit);
    }
    if (!file)
        throw ConfigError(origin + ": cannot read " + path);
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.pop_back();
    // Not like a variable that is set to nothing: a key that was lost on the way must not be
    // replaced by a new one.
    if (text.empty())
        throw ConfigError(origin + ": " + path + " is empty");
    return text;
}

// The reference implementation has two variables for what is one setting here.
std::optional<std::string> listen_alias(Environment const& environment)
{
    auto const host = environment.find("HOST");
    auto const port = environment.find("PORT");
    if (host == environment.end() && port == environment.end())
        return {};
    return (host == environment.end() ? "127.0.0.1" : host->second) + ":" +
           (port == environment.end() ? "3001" : port->second);
}

using Found = std::optional<SettingValue>;

Found find_in_environment(Setting const& setting, Environment const& environment)
{
    auto const name = environment_name(setting);
    if (auto const variable = environment.find(name); variable != environment.end())
        return SettingValue{&setting, variable->second, name};
    if (auto const file = environment.find(name + "_FILE");
        setting.has(secret) && file != environment.end())
        return SettingValue{&setting, read_secret(file->second, file->first), file->first};
    if (auto const alias = environment.find(std::string{setting.alias});
        !setting.alias.empty() && alias != environment.end())
        return SettingValue{&setting, alias->second, alias->first};
    if (auto const listen = listen_alias(environment); listen && setting.name == "LISTEN")
        return SettingValue{&setting, *listen, "HOST and PORT"};
    return {};
}

Found find_in_file(Setting const& setting, FileEntries const& entries)
{
    auto const name = file_name(setting);
    if (auto const entry = entries.find(name); entry != entries.end())
        return SettingValue{&setting, entry->second.value, entry->second.origin + " " + name};
    if (auto const entry = entries.find(name + "_file");
        setting.has(secret) && entry != entries.end()) {
        auto const origin = entry->second.origin + " " + entry->first;
        return SettingValue{&setting, read_secret(entry->second.value, origin), origin};
    }
    return {};
}

Found find_given(Setting const& setting, Flags const& flags, Environment const& environment)
{
    if (auto const flag = flags.find(flag_name(setting)); flag != flags.end())
        return SettingValue{&setting, flag->second, "--" + flag->first};
    return find_in_environment(setting, environment);
}

FileEntries find_file(Flags const& flags, Environment const& environment)
{
    auto const named = [](std::string_view name) {
        return *std::ranges::find(settings(), name, &Setting::name);
    };
    if (auto const given = find_given(named("CONFIG"), flags, environment))
        return read_config_file(given->text);
    auto const dev = find_given(named("DEV"), flags, environment);
    std::error_code ignored;
    if ((dev && dev->text == "true") || !std::filesystem::exists(default_config_file, ignored))
        return {};
    return read_config_file(default_config_file);
}

} // namespace

Environment process_environment()
{
    Environment environment;
    for (auto** entry = environ; *entry != nullptr; ++entry) {
        std::string_view const text{*entry};
        if (auto const equals = text.find('='); equals != std::string_view::npos)
            environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return environment;
}

std::vector<SettingValue> find_settings(Flags const& flags, Environment const& environment)
{
    refuse_unknown_variables(environment);
    auto const entries = find_file(flags, environment);
    std::vector<SettingValue> values;
    for (auto const& setting : settings()) {
        auto found = find_given(setting, flags, environment);
        if (!found)
            found = find_in_file(setting, entries);
        if (!found && !setting.fallback.empty())
            found = SettingValue{&setting, std::string{setting.fallback}, {}};
        if (found)
            values.push_back(std::move(*found));
    }
    return values;
}

} // namespace server
