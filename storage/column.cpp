#include "storage/column.hpp"

namespace storage {

std::string join_lines(std::vector<std::string> const& values)
{
    std::string text;
    for (auto const& value : values) {
        if (!text.empty())
            text += '\n';
        text += value;
    }
    return text;
}

std::vector<std::string> split_lines(std::string_view text)
{
    std::vector<std::string> values;
    while (!text.empty()) {
        auto const end = text.find('\n');
        values.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos)
            break;
        text.remove_prefix(end + 1);
    }
    return values;
}

} // namespace storage
