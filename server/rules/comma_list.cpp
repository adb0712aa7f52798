#include "server/rules/comma_list.hpp"

#include <algorithm>

namespace rules {

std::vector<std::string> comma_items(std::string_view text, std::string_view blanks)
{
    std::vector<std::string> items;
    while (!text.empty()) {
        auto const end = text.find(',');
        auto item = text.substr(0, end);
        item.remove_prefix(std::min(item.find_first_not_of(blanks), item.size()));
        item.remove_suffix(item.size() - (item.find_last_not_of(blanks) + 1));
        if (!item.empty())
            items.emplace_back(item);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return items;
}

} // namespace rules
