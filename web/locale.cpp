#include "web/locale.hpp"

namespace web {

namespace {

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

} // namespace

Locale::Locale(std::string_view text)
{
    while (!text.empty()) {
        auto const end = text.find('\n');
        auto const line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty() || line.starts_with('#'))
            continue;

        auto const equals = line.find('=');
        if (equals == std::string_view::npos)
            throw LocaleError("not a `key = sentence` line: " + std::string(line));
        auto const key = trimmed(line.substr(0, equals));
        auto const sentence = trimmed(line.substr(equals + 1));
        if (key.empty() || sentence.empty())
            throw LocaleError("key or sentence is empty: " + std::string(line));
        if (!sentences_.emplace(key, sentence).second)
            throw LocaleError("sentence given twice: " + std::string(key));
    }
}

std::string_view Locale::sentence(std::string_view key) const
{
    auto const found = sentences_.find(key);
    if (found == sentences_.end())
        throw LocaleError("no sentence: " + std::string(key));
    return found->second;
}

} // namespace web
