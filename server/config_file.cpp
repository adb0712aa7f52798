#include "server/config_file.hpp"

#include "server/rules/nearest_word.hpp"
#include "server/rules/trimmed.hpp"

#include <algorithm>
#include <fstream>

namespace server {

namespace {

void check_name(std::string const& name, std::string const& origin)
{
    std::vector<std::string> known;
    for (auto const& setting : settings()) {
        auto const own = file_name(setting);
        if (name == own && setting.has(secret))
            throw ConfigError(
                origin + ": a secret does not belong into this file. Try: a file of its own, and " +
                own + "_file = PATH here"
            );
        if (name == "config")
            throw ConfigError(origin + ": the file cannot name another. Try: to remove the line");
        if (name == own || (setting.has(secret) && name == own + "_file"))
            return;
        known.push_back(setting.has(secret) ? own + "_file" : own);
    }
    throw ConfigError(
        origin + ": \"" + name + "\" is not a setting. Did you mean " +
        rules::nearest_word(name, known) + "? Try: grantexd config sample"
    );
}

} // namespace

FileEntries read_config_file(std::filesystem::path const& file)
{
    std::error_code ignored;
    std::ifstream stream{file};
    if (!stream || !std::filesystem::is_regular_file(file, ignored))
        throw ConfigError("cannot read the settings in " + file.string());
    return read_entries(stream, file.string());
}

FileEntries read_entries(std::istream& stream, std::string const& file)
{
    FileEntries entries;
    std::string text;
    for (int number = 1; std::getline(stream, text); ++number) {
        auto const origin = file + ":" + std::to_string(number);
        auto const line = rules::trimmed(text);
        if (line.empty() || line.starts_with('#'))
            continue;
        auto const equals = line.find('=');
        if (equals == std::string_view::npos)
            throw ConfigError(origin + ": expected `name = value`");
        std::string const name{rules::trimmed(line.substr(0, equals))};
        auto value = rules::trimmed(line.substr(equals + 1));
        if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
            value = value.substr(1, value.size() - 2);
        check_name(name, origin);
        if (!entries.try_emplace(name, FileEntry{std::string{value}, origin}).second)
            throw ConfigError(origin + ": " + name + " is given twice");
    }
    return entries;
}

} // namespace server
