#include "server/rules/display_text.hpp"

#include "server/rules/unicode.hpp"

namespace rules {

namespace {

constexpr int marks_max = 8; // in a run; more only serve to paint over the lines around

// The scripts whose letters are taken for each other.
enum class Script : unsigned
{
    none = 0,
    latin = 1,
    greek = 2,
    cyrillic = 4
};

Script script_of(char32_t c)
{
    auto const within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
    if (within('a', 'z') || within('A', 'Z') || c == 0xAA || c == 0xBA ||
        (within(0xC0, 0x2AF) && c != 0xD7 && c != 0xF7) || within(0x1E00, 0x1EFF) ||
        within(0x2C60, 0x2C7F) || within(0xA722, 0xA7FF) || within(0xAB30, 0xAB64) ||
        within(0xFF21, 0xFF3A) || within(0xFF41, 0xFF5A))
        return Script::latin;
    if (within(0x370, 0x373) || within(0x376, 0x377) || within(0x37B, 0x37D) || c == 0x37F ||
        c == 0x386 || within(0x388, 0x3FF) || within(0x1F00, 0x1FFF))
        return Script::greek;
    if (within(0x400, 0x52F) || within(0x1C80, 0x1C8F) || within(0xA640, 0xA69F))
        return Script::cyrillic;
    return Script::none;
}

// Characters between words. Digits, marks and characters that do not show hold a word together, so
// that none of them can hide a mixture.
bool ends_word(char32_t c)
{
    auto const digit = c >= '0' && c <= '9';
    return is_space(c) || (c < 0x80 && !digit && !is_control(c)) || (c >= 0xA1 && c <= 0xBF) ||
           (c >= 0x2010 && c <= 0x205E) || (c >= 0x3001 && c <= 0x303F);
}

} // namespace

std::string display_text(std::string_view text, std::size_t characters_max)
{
    std::string shown;
    std::size_t characters = 0;
    std::size_t before_last = 0; // where the last character begins, which an ellipsis may replace
    bool gap = false;
    int marks = 0;

    while (!text.empty()) {
        auto const next = first_code_point(text);
        text.remove_prefix(next.size);
        auto const c = is_surrogate(next.value) ? char32_t{0xFFFD} : next.value;

        // Line ends are controls too; as a gap they keep the words around them apart.
        if (is_space(c)) {
            gap = true;
            continue;
        }
        if (is_control(c) || is_invisible(c))
            continue;
        marks = is_combining_mark(c) ? (gap ? 1 : marks + 1) : 0;
        // A mark without a letter before it would sit on what the page shows before this text.
        if (marks > marks_max || (marks > 0 && characters == 0))
            continue;

        auto const spaced = gap && characters > 0;
        gap = false;
        if (characters + (spaced ? 2 : 1) > characters_max) {
            // The ellipsis counts: a limit of 200 never shows 201 characters.
            if (characters == characters_max && characters > 0)
                shown.resize(before_last);
            while (shown.ends_with(' '))
                shown.pop_back();
            if (characters_max > 0)
                shown += "\u2026";
            return shown;
        }
        if (spaced)
            shown += ' ';
        characters += spaced ? 2 : 1;
        before_last = shown.size();
        append_utf8(shown, c);
    }
    return shown;
}

bool mixes_scripts(std::string_view text)
{
    unsigned seen = 0;
    while (!text.empty()) {
        auto const c = first_code_point(text);
        text.remove_prefix(c.size);
        auto const script = static_cast<unsigned>(script_of(c.value));
        if (script == 0 && ends_word(c.value))
            seen = 0;
        seen |= script;
        if ((seen & (seen - 1)) != 0)
            return true;
    }
    return false;
}

} // namespace rules
