// What the rules need to know of Unicode: reading and writing UTF-8, and the classes of code points
// that decide what is safe to show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rules {

struct CodePoint
{
    char32_t value;   // U+FFFD when invalid
    std::size_t size; // bytes it takes, at least 1
    bool valid;
};

// The first code point of a text that is not empty. Surrogates (U+D800-U+DFFF, not valid UTF-8) are
// passed on as if they were valid: callers treat them differently. Other invalid bytes are one
// U+FFFD for each maximal part of a sequence (Unicode 3.9, table 3-8).
CodePoint first_code_point(std::string_view text);

void append_utf8(std::string& text, char32_t code_point);

inline bool is_surrogate(char32_t c)
{
    return c >= 0xD800 && c <= 0xDFFF;
}
inline bool is_high_surrogate(char32_t c)
{
    return c >= 0xD800 && c <= 0xDBFF;
}
inline bool is_low_surrogate(char32_t c)
{
    return c >= 0xDC00 && c <= 0xDFFF;
}

bool is_control(char32_t c);        // C0, DEL, C1
bool is_space(char32_t c);          // everything that shows as a gap, line ends included
bool is_invisible(char32_t c);      // bidirectional controls, zero-width, tags, fillers
bool is_combining_mark(char32_t c); // Unicode categories Mn and Me

} // namespace rules
