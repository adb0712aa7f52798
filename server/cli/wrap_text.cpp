#include "server/cli/wrap_text.hpp"

#include <algorithm>

namespace cli {

namespace {

// Columns, not bytes: the continuation bytes of UTF-8 take none.
std::size_t width_of(std::string_view word)
{
    return static_cast<std::size_t>(std::ranges::count_if(word, [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

} // namespace

std::string wrap_text(std::string_view text, std::size_t indent)
{
    std::string lines;
    auto column = indent;
    while (!text.empty()) {
        auto const word = text.substr(0, text.find(' '));
        auto const width = width_of(word);
        if (column > indent && column + 1 + width > terminal_columns) {
            lines += '\n' + std::string(indent, ' ');
            column = indent;
        } else if (column > indent) {
            lines += ' ';
            ++column;
        }
        lines += word;
        column += width;
        text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
    return lines;
}

} // namespace cli
