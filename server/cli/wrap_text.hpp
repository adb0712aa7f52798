// Prose in lines that an 80-column terminal shows whole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

constexpr std::size_t terminal_columns = 79; // some terminals break the line in the 80th

// Breaks at spaces so that no line passes `terminal_columns`. The first line starts at column
// `indent`, where the caller already is; the others are indented to it. A word that is longer than
// a line (a URL) stays whole. No line feed at the end.
std::string wrap_text(std::string_view text, std::size_t indent);

} // namespace cli
