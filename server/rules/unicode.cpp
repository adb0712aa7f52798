#include "server/rules/unicode.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace rules {

namespace {

struct Range
{
    char32_t first, last;
};

bool in(auto const& ranges, char32_t c)
{
    return std::ranges::any_of(ranges, [c](Range range) {
        return c >= range.first && c <= range.last;
    });
}

constexpr std::array spaces{
    Range{0x09,   0x0D  },
    Range{0x20,   0x20  },
    Range{0x85,   0x85  },
    Range{0xA0,   0xA0  },
    Range{0x1680, 0x1680},
    Range{0x2000, 0x200A},
    Range{0x2028, 0x2029},
    Range{0x202F, 0x202F},
    Range{0x205F, 0x205F},
    Range{0x2800, 0x2800},
    Range{0x3000, 0x3000},
};

// Default-ignorable and format characters: a text with them looks like one without.
constexpr std::array invisibles{
    Range{0xAD,    0xAD   },
    Range{0x034F,  0x034F },
    Range{0x061C,  0x061C },
    Range{0x115F,  0x1160 },
    Range{0x17B4,  0x17B5 },
    Range{0x180B,  0x180F },
    Range{0x200B,  0x200F },
    Range{0x202A,  0x202E },
    Range{0x2060,  0x206F },
    Range{0x3164,  0x3164 },
    Range{0xFE00,  0xFE0F },
    Range{0xFEFF,  0xFEFF },
    Range{0xFFA0,  0xFFA0 },
    Range{0xFFF0,  0xFFFB },
    Range{0x1BCA0, 0x1BCA3},
    Range{0x1D173, 0x1D17A},
    Range{0xE0000, 0xE0FFF},
};

// How many continuation bytes follow a lead byte, and what the first of them may be: the bounds
// shut out overlong forms and code points above U+10FFFF.
struct Lead
{
    std::size_t follow;
    unsigned char low, high, bits;
};

Lead lead_of(unsigned char byte)
{
    if (byte >= 0xC2 && byte <= 0xDF)
        return {1, 0x80, 0xBF, 0x1F};
    if (byte >= 0xE0 && byte <= 0xEF)
        return {2, byte == 0xE0 ? std::uint8_t{0xA0} : std::uint8_t{0x80}, 0xBF, 0x0F};
    if (byte >= 0xF0 && byte <= 0xF4)
        return {
            3, byte == 0xF0 ? std::uint8_t{0x90} : std::uint8_t{0x80},
            byte == 0xF4 ? std::uint8_t{0x8F} : std::uint8_t{0xBF}, 0x07};
    return {0, 0, 0, 0};
}

} // namespace

CodePoint first_code_point(std::string_view text)
{
    auto const byte = static_cast<unsigned char>(text.front());
    if (byte < 0x80)
        return {byte, 1, true};
    auto const lead = lead_of(byte);
    if (lead.follow == 0)
        return {0xFFFD, 1, false};

    auto value = static_cast<char32_t>(byte & lead.bits);
    for (std::size_t i = 1; i <= lead.follow; ++i) {
        auto const next = i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
        auto const low = i == 1 ? lead.low : 0x80;
        auto const high = i == 1 ? lead.high : 0xBF;
        if (next < low || next > high)
            return {0xFFFD, i, false};
        value = value << 6 | static_cast<char32_t>(next & 0x3F);
    }
    return {value, lead.follow + 1, true};
}

void append_utf8(std::string& text, char32_t code_point)
{
    auto const tail = [&](int shift) {
        text += static_cast<char>(0x80 | (code_point >> shift & 0x3F));
    };
    if (code_point < 0x80) {
        text += static_cast<char>(code_point);
    } else if (code_point < 0x800) {
        text += static_cast<char>(0xC0 | code_point >> 6);
        tail(0);
    } else if (code_point < 0x10000) {
        text += static_cast<char>(0xE0 | code_point >> 12);
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0 | code_point >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

bool is_control(char32_t c)
{
    return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

bool is_space(char32_t c)
{
    return in(spaces, c);
}

bool is_invisible(char32_t c)
{
    return in(invisibles, c);
}

} // namespace rules
