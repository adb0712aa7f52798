#include "server/rules/trimmed.hpp"

namespace rules {

std::string_view trimmed(std::string_view text, std::string_view blanks)
{
    auto const first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

} // namespace rules
