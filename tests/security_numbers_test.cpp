// Every number of the security checklist is proven by a test that carries it in its name, or stands
// in one table with the reason why nothing proves it.
#include "tests/source_tree.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <regex>
#include <set>
#include <string>

namespace {

constexpr int numbers = 145;

std::string number_text(int number)
{
    auto const digits = std::to_string(number);
    return "S-" + std::string(3 - digits.size(), '0') + digits;
}

// The names of the tests of one file: test("..."), describe("...") and BOOST_AUTO_TEST_CASE(...).
std::vector<std::string> test_names(SourceFile const& file)
{
    static std::regex const node{R"re(\b(?:test|describe)\(\s*(["'`])(.*?)\1)re"};
    static std::regex const boost{R"re(BOOST_(?:AUTO|FIXTURE|DATA)_TEST_CASE\(\s*(\w+))re"};
    auto const is_node = file.path.ends_with(".mjs");
    std::vector<std::string> names;
    for (std::sregex_iterator match{file.text.begin(), file.text.end(), is_node ? node : boost},
         end;
         match != end; ++match)
        names.push_back((*match)[is_node ? 2 : 1].str());
    return names;
}

std::set<std::string> numbers_of_tests()
{
    static std::regex const number{R"(\bS[-_](\d{3})(?=\D|$))"};
    std::set<std::string> found;
    for (auto const& file : source_files({"tests"}, {".cpp", ".mjs"}))
        for (auto const& name : test_names(file))
            for (std::sregex_iterator match{name.begin(), name.end(), number}, end; match != end;
                 ++match)
                found.insert("S-" + (*match)[1].str());
    return found;
}

std::map<std::string, std::string> reasons()
{
    std::map<std::string, std::string> table;
    auto const text =
        read_source(std::filesystem::path{SOURCE_DIR} / "tests/security/not_applicable.txt");
    for (auto const& line : lines_of(text)) {
        if (line.empty() || line.starts_with('#'))
            continue;
        auto const number = line.substr(0, 5);
        BOOST_TEST(std::regex_match(number, std::regex{R"(S-\d{3})"}), line);
        BOOST_TEST(line.substr(5, 2) == "  ", line);
        BOOST_TEST(table.emplace(number, line.substr(7)).second, number << " stands twice");
    }
    return table;
}

bool is_sentence(std::string const& text)
{
    return text.size() > 20 && std::isupper(static_cast<unsigned char>(text.front())) != 0 &&
           text.ends_with('.') && text.find(' ') != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_number_of_the_checklist_has_a_test_or_a_reason_and_not_both)
{
    auto const tested = numbers_of_tests();
    auto const excused = reasons();
    for (int i = 1; i <= numbers; ++i) {
        auto const number = number_text(i);
        auto const is_tested = tested.contains(number);
        auto const is_excused = excused.contains(number);
        BOOST_TEST((is_tested || is_excused), number << " has neither a test nor a reason");
        BOOST_TEST(
            !(is_tested && is_excused), number << " has a test, so its reason is out of date"
        );
    }
    for (auto const& [number, reason] : excused)
        BOOST_TEST(is_sentence(reason), number << " needs a reason that is a sentence");
}

BOOST_AUTO_TEST_CASE(no_test_carries_a_number_that_the_checklist_does_not_have)
{
    std::set<std::string> known;
    for (int i = 1; i <= numbers; ++i)
        known.insert(number_text(i));
    for (auto const& number : numbers_of_tests())
        BOOST_TEST(known.contains(number), number);
    for (auto const& [number, reason] : reasons())
        BOOST_TEST(known.contains(number), number);
}

BOOST_AUTO_TEST_CASE(S_145_every_file_is_compiled_with_warnings_that_are_errors)
{
    auto const build = read_source(std::filesystem::path{SOURCE_DIR} / "CMakeLists.txt");
    auto const start = build.find("add_compile_options(");
    auto const options = build.substr(start, build.find(')', start) - start);
    for (auto const* const flag : {"-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"})
        BOOST_TEST(options.find(flag) != std::string::npos, flag);
    for (auto const* const kind : {"-fsanitize=address,undefined", "-fsanitize=thread"})
        BOOST_TEST(build.find(kind) != std::string::npos, kind);
    // Nothing takes a warning away again, but for these two of GCC itself under sanitizers.
    for (auto const& file : source_files({"server", "storage", "crypto", "web"}, {".cpp", ".hpp"}))
        BOOST_TEST(file.text.find("#pragma GCC diagnostic") == std::string::npos, file.path);
    std::set<std::string> const known{"-Wno-maybe-uninitialized", "-Wno-tsan"};
    std::regex const off{R"(-Wno-[\w-]+)"};
    for (std::sregex_iterator match{build.begin(), build.end(), off}, end; match != end; ++match)
        BOOST_TEST(known.contains(match->str()), match->str());
}
