#include "server/rules/display_text.hpp"

#include "server/rules/unicode.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace std::string_view_literals;
using namespace std::string_literals;
using rules::display_text;

namespace {

std::string repeated(std::string_view text, int times)
{
    std::string all;
    for (auto i = 0; i < times; ++i)
        all += text;
    return all;
}

std::string utf8(char32_t c)
{
    std::string text;
    rules::append_utf8(text, c);
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(texts_of_strangers)

BOOST_AUTO_TEST_CASE(ordinary_text_of_any_language_is_kept)
{
    for (auto text :
         {"Trip Planner"sv, "Café Ω"sv, "日程アシスタント"sv, "مساعد السفر"sv, "<b>&amp;\"'</b>"sv,
          "😀 ok"sv, "नमस्ते"sv, "שָׁלוֹם"sv, ""sv})
        BOOST_TEST(display_text(text, 200) == text);
}

BOOST_AUTO_TEST_CASE(S_064_characters_that_do_not_show_are_removed)
{
    for (auto const& [first, last] : {
             std::pair<char32_t, char32_t>{0x00, 0x08},
             {0x0E, 0x1F},
             {0x7F, 0x84},
             {0x86, 0x9F},
             {0xAD, 0xAD},
             {0x061C, 0x061C},
             {0x115F, 0x1160},
             {0x180E, 0x180E},
             {0x200B, 0x200F},
             {0x202A, 0x202E},
             {0x2060, 0x2064},
             {0x2066, 0x2069},
             {0x3164, 0x3164},
             {0xFE0F, 0xFE0F},
             {0xFEFF, 0xFEFF},
             {0xFFF9, 0xFFFB},
             {0xE0000, 0xE007F},
             {0xE0100, 0xE01EF},
         })
        for (auto c = first; c <= last; ++c)
            BOOST_TEST_CONTEXT(static_cast<unsigned>(c))
            {
                BOOST_TEST(display_text("pay" + utf8(c) + "pal", 200) == "paypal");
                BOOST_TEST(display_text(utf8(c), 200) == "");
            }
}

BOOST_AUTO_TEST_CASE(gaps_of_any_kind_are_one_space)
{
    for (auto gap :
         {" "sv, "   "sv, "\t"sv, "\n"sv, "\r\n"sv, "\v\f"sv, "\u0085"sv, "\u00a0"sv, "\u1680"sv,
          "\u2003\u200a"sv, "\u2028"sv, "\u2029"sv, "\u202f"sv, "\u205f"sv, "\u2800"sv, "\u3000"sv,
          " \u200b \u202e "sv, " \x01 "sv})
        BOOST_TEST_CONTEXT(gap)
        {
            auto const text = std::string{gap};
            BOOST_TEST(display_text("a" + text + "b", 200) == "a b");
            BOOST_TEST(display_text(text + "a" + text, 200) == "a");
            BOOST_TEST(display_text(text, 200) == "");
        }
}

BOOST_AUTO_TEST_CASE(S_064_at_most_8_combining_marks_follow_each_other)
{
    auto const mark = "\u0301"s;
    BOOST_TEST(display_text("a" + repeated(mark, 8), 200) == "a" + repeated(mark, 8));
    BOOST_TEST(display_text("a" + repeated(mark, 9), 200) == "a" + repeated(mark, 8));
    BOOST_TEST(
        display_text("a" + repeated(mark, 500) + "b" + mark, 200) ==
        "a" + repeated(mark, 8) + "b" + mark
    );
    // Removed characters in between do not begin a new run.
    BOOST_TEST(display_text("a" + repeated(mark + "\u200b", 20), 200) == "a" + repeated(mark, 8));
    for (auto other :
         {"\u0488"sv, "\u0e49"sv, "\u1dff"sv, "\u20dd"sv, "\ufe20"sv, "\U0001d165"sv,
          "\U0001e2ec"sv})
        BOOST_TEST_CONTEXT(other)
        {
            auto const expected = other == "\U0001d165" ? 20 : 8; // a spacing mark, which shows
            BOOST_TEST(
                display_text("a" + repeated(other, 20), 200) == "a" + repeated(other, expected)
            );
        }
    BOOST_TEST(display_text(mark + mark + "a", 200) == "a");
    BOOST_TEST(display_text(" " + mark + "a", 200) == "a");
}

BOOST_AUTO_TEST_CASE(the_ranges_of_combining_marks_are_exact)
{
    for (char32_t mark :
         {0x300, 0x36F, 0x483, 0x489, 0x591, 0x5BD, 0x5BF, 0x64B, 0x670, 0xE31, 0x3099, 0xFE2F,
          0x1E94A, 0xE01EF})
        BOOST_TEST_CONTEXT(static_cast<unsigned>(mark))
    BOOST_TEST(rules::is_combining_mark(mark));
    for (char32_t other :
         {0x0, 0x41, 0x2FF, 0x370, 0x482, 0x48A, 0x5BE, 0x66A, 0xE32, 0x309B, 0xFE30, 0x1E94B,
          0xE01F0, 0x10FFFF})
        BOOST_TEST_CONTEXT(static_cast<unsigned>(other))
    BOOST_TEST(!rules::is_combining_mark(other));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_show_as_replacement_characters)
{
    struct
    {
        std::string_view text, shown;
    } const rows[] = {
        {"a\xff"
         "b",
         "a\ufffd"
         "b"},
        {"\x80", "\ufffd"},
        {"\xc0\xaf", "\ufffd\ufffd"},
        {"\xc3", "\ufffd"},
        {"\xe2\x82", "\ufffd"},
        {"\xe2\x82"
         "a",
         "\ufffd"
         "a"},
        {"\xe0\x80\x80", "\ufffd\ufffd\ufffd"},
        {"\xf0\x9f\x98", "\ufffd"},
        {"\xf0\x80\x80\x80", "\ufffd\ufffd\ufffd\ufffd"},
        {"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"},
        {"\xf5\x80", "\ufffd\ufffd"},
        {"\xed\xa0\x80", "\ufffd"},
    };
    for (auto const& row : rows)
        BOOST_TEST(display_text(row.text, 200) == row.shown);
}

BOOST_AUTO_TEST_CASE(S_064_long_text_is_cut_at_code_points_with_an_ellipsis)
{
    struct
    {
        std::string_view text;
        std::size_t most;
        std::string_view shown;
    } const rows[] = {
        {"abcde", 5, "abcde"},
        {"abcdef", 5, "abcd…"},
        {"abcde   ", 5, "abcde"},
        {"abcde\u200b", 5, "abcde"},
        {"abc def", 5, "abc…"},
        {"abcd ef", 5, "abcd…"},
        {"abcde f", 5, "abcd…"},
        {"日本語です", 3, "日本…"},
        {"😀😀😀", 2, "😀…"},
        {"ab", 1, "…"},
        {"a", 1, "a"},
        {"a", 0, ""},
        {"", 0, ""},
        {" a b ", 3, "a b"},
        {"a b c", 4, "a b…"},
        {"a b", 2, "a…"},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.text << " at " << row.most)
    BOOST_TEST(display_text(row.text, row.most) == row.shown);
    BOOST_TEST(display_text(std::string(1'000'000, 'x'), 200).size() == 199 + "…"sv.size());
}

BOOST_AUTO_TEST_CASE(every_byte_pair_gives_valid_text_within_the_limit)
{
    for (auto first = 0; first < 256; ++first)
        for (auto second = 0; second < 256; ++second) {
            std::string const text{'a', static_cast<char>(first), static_cast<char>(second), 'b'};
            auto const shown = display_text(text, 3);
            auto characters = 0;
            for (std::string_view rest = shown; !rest.empty(); ++characters) {
                auto const c = rules::first_code_point(rest);
                BOOST_REQUIRE(c.valid);
                BOOST_REQUIRE(!rules::is_control(c.value));
                rest.remove_prefix(c.size);
            }
            BOOST_REQUIRE(characters <= 3);
        }
}

BOOST_AUTO_TEST_CASE(S_064_words_that_mix_look_alike_scripts_are_found)
{
    for (auto text :
         {"pаypal"sv /* Cyrillic a */, "Pay раl"sv /* Cyrillic er, a */, "Αpple"sv, "ΑБ"sv,
          "gооgle assistant"sv, "Helper Tοol"sv, "a\u200bа"sv, "x1а"sv, "a\u0301а"sv, "ｐаｙ"sv,
          "École-œuvrе"sv})
        BOOST_TEST_CONTEXT(text)
    BOOST_TEST(rules::mixes_scripts(text));
    for (auto text :
         {"PayPal"sv, "Привет мир"sv, "Καλημέρα"sv, "Hello мир"sv, "Ω-Team"sv, "日本Tool"sv,
          "5µm"sv, "naïve œuvre"sv, "Яндекс.Maps"sv, "Pay_пал"sv, ""sv, "\xff\xfe"sv, "a×b÷c"sv,
          "Pay·пал"sv, "مساعد Tool"sv})
        BOOST_TEST_CONTEXT(text)
    BOOST_TEST(!rules::mixes_scripts(text));
}

BOOST_AUTO_TEST_SUITE_END()
