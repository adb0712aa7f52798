// A text without what is blank around it.
#pragma once

#include <string_view>

namespace rules {

std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\r\n");

} // namespace rules
