// The style of the tree, held by a test instead of by nagging.
#include "tests/source_tree.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>

namespace {

std::vector<std::string> const folders{"crypto", "storage", "web", "server", "tests"};
constexpr std::size_t file_lines_max = 400;
constexpr std::size_t function_lines_max = 60;
constexpr std::size_t columns_max = 100;

std::vector<SourceFile> const& code()
{
    static auto const files = source_files(folders, {".cpp", ".hpp"});
    return files;
}

std::size_t columns(std::string_view line)
{
    return static_cast<std::size_t>(std::ranges::count_if(line, [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

// Which folders a file may include from; the longest matching prefix counts.
std::map<std::string, std::vector<std::string>> const allowed_includes{
    {"crypto/", {"crypto/"}},
    {"storage/", {"storage/"}},
    {"web/", {"web/"}},
    {"server/rules/", {"server/rules/", "crypto/hash.hpp"}},
    {"server/http/", {"server/", "crypto/", "storage/"}},
    {"server/jobs/", {"server/", "crypto/", "storage/"}},
    {"server/backup/", {"server/", "crypto/", "storage/"}},
    {"server/api/", {"server/", "crypto/", "storage/", "web/"}},
};

std::vector<std::string> included_files(std::string_view text)
{
    std::vector<std::string> names;
    for (auto const& line : lines_of(text))
        if (line.starts_with("#include \""))
            names.push_back(line.substr(10, line.find('"', 10) - 10));
    return names;
}

} // namespace

BOOST_AUTO_TEST_CASE(no_file_is_longer_than_400_lines)
{
    for (auto const& file : source_files(folders, {".cpp", ".hpp", ".mjs", ".html", ".css"}))
        BOOST_TEST(lines_of(file.text).size() <= file_lines_max, file.path);
}

BOOST_AUTO_TEST_CASE(the_median_source_file_has_about_120_lines)
{
    std::vector<std::size_t> sizes;
    for (auto const& file : code())
        sizes.push_back(lines_of(file.text).size());
    std::ranges::sort(sizes);
    BOOST_TEST(sizes[sizes.size() / 2] <= 130);
}

BOOST_AUTO_TEST_CASE(no_line_is_wider_than_100_columns)
{
    for (auto const& file : code()) {
        bool table = false; // aligned by hand
        std::size_t number = 0;
        for (auto const& line : lines_of(file.text)) {
            ++number;
            if (line.find("clang-format off") != std::string::npos)
                table = true;
            if (line.find("clang-format on") != std::string::npos)
                table = false;
            BOOST_TEST((table || columns(line) <= columns_max), file.path << ":" << number);
        }
    }
}

BOOST_AUTO_TEST_CASE(no_function_is_longer_than_60_lines)
{
    for (auto const& file : code()) {
        std::size_t number = 0;
        std::size_t start = 0;
        std::string before;
        for (auto const& line : lines_of(file.text)) {
            ++number;
            if (line == "{")
                start = number;
            // Types may be longer than a function; their bodies end in "};".
            if (line == "}" && start != 0) {
                BOOST_TEST(number - start - 1 <= function_lines_max, file.path << ":" << start);
                start = 0;
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(no_file_or_folder_has_a_name_that_says_nothing)
{
    static constexpr std::array banned{"util", "utils", "common",  "helper", "helpers",
                                       "misc", "core",  "manager", "service"};
    for (auto const& file : source_files(
             {"crypto", "storage", "web", "server", "tests"},
             {".cpp", ".hpp", ".mjs", ".sql", ".html", ".css", ""}
         ))
    {
        std::string word;
        for (auto const c : file.path + "/") {
            if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
                word += c;
                continue;
            }
            BOOST_TEST((std::ranges::find(banned, word) == banned.end() || c == '\0'), file.path);
            word.clear();
        }
    }
}

BOOST_AUTO_TEST_CASE(includes_obey_the_direction_of_the_design)
{
    for (auto const& file : code()) {
        std::string best;
        for (auto const& [prefix, allowed] : allowed_includes)
            if (file.path.starts_with(prefix) && prefix.size() > best.size())
                best = prefix;
        if (best.empty())
            continue;
        for (auto const& name : included_files(file.text)) {
            auto const& allowed = allowed_includes.at(best);
            auto const fits = [&](std::string const& prefix) { return name.starts_with(prefix); };
            BOOST_TEST(std::ranges::any_of(allowed, fits), file.path << " includes " << name);
            // Below the handlers nobody knows them.
            if (best == "server/http/" && file.path != "server/http/routes.cpp")
                BOOST_TEST(!name.starts_with("server/api/"), file.path << " includes " << name);
        }
    }
}

BOOST_AUTO_TEST_CASE(nothing_below_the_program_knows_its_commands)
{
    for (auto const& file : code()) {
        if (!file.path.starts_with("server/") || file.path.starts_with("server/cli/") ||
            file.path == "server/main.cpp")
            continue;
        for (auto const& name : included_files(file.text))
            BOOST_TEST(!name.starts_with("server/cli/"), file.path << " includes " << name);
    }
}

// Each such file takes 12 to 18 seconds to compile.
BOOST_AUTO_TEST_CASE(beast_is_included_by_at_most_four_files)
{
    std::set<std::string> users;
    for (auto const& file : code())
        if (file.path.starts_with("server/") &&
            file.text.find("#include <boost/beast") != std::string::npos)
            users.insert(file.path);
    BOOST_TEST(users.size() <= 4);
}

BOOST_AUTO_TEST_CASE(every_header_says_first_what_it_holds)
{
    for (auto const& file : code())
        if (file.path.ends_with(".hpp"))
            BOOST_TEST(file.text.starts_with("// "), file.path);
}

BOOST_AUTO_TEST_CASE(nothing_is_left_for_later)
{
    static constexpr std::array marks{
        "TO"
        "DO",
        "FIX"
        "ME",
        "XX"
        "X:"};
    for (auto const& file : source_files(folders, {".cpp", ".hpp", ".mjs", ".html", ".css"}))
        for (auto const* const mark : marks)
            BOOST_TEST(file.text.find(mark) == std::string::npos, file.path << " has " << mark);
}

BOOST_AUTO_TEST_CASE(no_line_ends_in_white_space_or_holds_a_tab)
{
    for (auto const& file : code()) {
        std::size_t number = 0;
        for (auto const& line : lines_of(file.text)) {
            ++number;
            BOOST_TEST(!line.ends_with(' '), file.path << ":" << number);
            BOOST_TEST(line.find('\t') == std::string::npos, file.path << ":" << number);
        }
    }
}
