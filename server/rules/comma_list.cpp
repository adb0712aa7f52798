#include "server/rules/comma_list.hpp"

#include "server/rules/trimmed.hpp"

namespace rules {

std::vector<std::string> comma_items(std::string_view text, std::string_view blanks)
{
    std::vector<std::string> items;
    while (!text.empty()) {
        auto const end = text.find(',');
        if (auto const item = trimmed(text.substr(0, end), blanks); !item.empty())
            items.emplace_back(item);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return items;
}

} // namespace rules
