// Lists as settings, headers and queries write them: items between commas.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rules {

// The items without the `blanks` around them; empty ones are left out.
std::vector<std::string> comma_items(std::string_view text, std::string_view blanks = " ");

} // namespace rules
