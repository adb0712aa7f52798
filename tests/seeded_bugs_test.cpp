// The seeded bugs (tests/seeded_bugs) are built and run on demand only. So that none of them rots
// meanwhile, each is held here against the tree: it still applies, and its suite is still there.
#include "tests/source_tree.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace {

constexpr std::size_t bugs_min = 20;

std::vector<SourceFile> const& bugs()
{
    static auto const patches = source_files({"tests/seeded_bugs"}, {".patch"});
    return patches;
}

std::string text_of(std::string const& path)
{
    return read_source(std::filesystem::path{SOURCE_DIR} / path);
}

struct Hunk
{
    std::string before; // the lines it expects, unchanged and removed ones
    std::string after;
};

struct Patch
{
    std::vector<std::string> head; // what stands above the diff
    std::vector<std::string> files;
    std::vector<Hunk> hunks;
};

Patch read_patch(std::string_view text)
{
    Patch patch;
    for (auto const& line : lines_of(text)) {
        if (line.starts_with("--- a/"))
            continue;
        if (line.starts_with("+++ b/"))
            patch.files.push_back(line.substr(6));
        else if (line.starts_with("@@ "))
            patch.hunks.emplace_back();
        else if (patch.hunks.empty())
            patch.head.push_back(line);
        else {
            auto& hunk = patch.hunks.back();
            auto const rest = line.substr(1) + "\n";
            hunk.before += line.starts_with('+') ? "" : rest;
            hunk.after += line.starts_with('-') ? "" : rest;
        }
    }
    return patch;
}

std::size_t count_of(std::string_view part, std::string_view text)
{
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

// Where the suites of the units are; those of the other tiers are files of tests/TIER.
std::map<std::string, std::string> const unit_folders{
    {"crypto", "tests/crypto"},      {"storage", "tests/storage"},  {"web", "tests/web"},
    {"rules", "tests/server/rules"}, {"http", "tests/server/http"}, {"api", "tests/server/api"}};

bool is_suite_of_units(std::string const& folder, std::string const& suite)
{
    return std::ranges::any_of(source_files({folder}, {".cpp"}), [&](auto const& file) {
        return file.text.find("TEST_SUITE(" + suite + ")") != std::string::npos ||
               file.text.find("TEST_SUITE(" + suite + ",") != std::string::npos;
    });
}

bool is_suite(std::string const& name)
{
    auto const slash = name.find('/');
    auto const tier = name.substr(0, slash);
    auto const suite = slash == std::string::npos ? "" : name.substr(slash + 1);
    auto const units = unit_folders.find(tier);
    if (units != unit_folders.end())
        return suite.empty() || is_suite_of_units(units->second, suite);
    return std::filesystem::exists(
        std::filesystem::path{SOURCE_DIR} / "tests" / tier / (suite + "_test.mjs")
    );
}

} // namespace

BOOST_AUTO_TEST_CASE(there_are_enough_seeded_bugs_and_no_two_break_the_same_promise)
{
    BOOST_TEST(bugs().size() >= bugs_min);
    std::set<std::string> promises;
    for (auto const& bug : bugs())
        BOOST_TEST(promises.insert(read_patch(bug.text).head.front()).second, bug.path);
}

BOOST_AUTO_TEST_CASE(every_seeded_bug_names_its_promise_and_a_suite_that_exists)
{
    constexpr std::string_view mark = "Seen by: ";
    for (auto const& bug : bugs()) {
        auto const head = read_patch(bug.text).head;
        BOOST_REQUIRE_MESSAGE(head.size() == 2, bug.path << " has two lines above its diff");
        BOOST_TEST(head[0].ends_with('.'), bug.path);
        BOOST_TEST(head[1].starts_with(mark), bug.path);
        BOOST_TEST(is_suite(head[1].substr(mark.size())), bug.path << ": " << head[1]);
    }
}

// Of one file, so that building it compiles one.
BOOST_AUTO_TEST_CASE(every_seeded_bug_applies_in_exactly_one_place_of_one_file)
{
    for (auto const& bug : bugs()) {
        auto const patch = read_patch(bug.text);
        BOOST_REQUIRE_MESSAGE(patch.files.size() == 1, bug.path << " is a patch of one file");
        BOOST_TEST(!patch.hunks.empty(), bug.path);
        auto const source = text_of(patch.files.front());
        for (auto const& hunk : patch.hunks) {
            BOOST_TEST(
                count_of(hunk.before, source) == 1U, bug.path << " does not fit "
                                                              << patch.files.front() << " at:\n"
                                                              << hunk.before
            );
            BOOST_TEST((hunk.before != hunk.after), bug.path);
        }
    }
}
