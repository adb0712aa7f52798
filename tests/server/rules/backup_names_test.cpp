// What backups are called and which of them are kept.
#include "server/rules/backup_names.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using Names = std::vector<std::string>;

rules::Timestamp at(std::string_view text)
{
    return rules::parse_time(text).value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(backup_names)

BOOST_AUTO_TEST_CASE(a_name_tells_the_second_it_was_made_in)
{
    auto const time = at("2026-03-02T09:12:04Z");
    BOOST_TEST(rules::backup_name(time) == "grantexd-20260302T091204Z.db");
    BOOST_TEST((rules::parse_backup_name("grantexd-20260302T091204Z.db") == time));
    BOOST_TEST(
        rules::backup_name(time + std::chrono::milliseconds{999}) == rules::backup_name(time)
    );
}

BOOST_AUTO_TEST_CASE(other_names_are_no_backups)
{
    for (auto const* const name :
         {"", "grantexd.db", "grantexd-20260302T091204Z.db.sha256", "grantexd-20260302T091204Z.dbx",
          "grantexd-20260302T091204Z.db.partial", "grantexd-20260230T091204Z.db",
          "grantexd-20260302T251204Z.db", "grantexd-20260302 091204Z.db",
          "grantexd-2026-302T091204Z.db", "mybackup-20260302T091204Z.db",
          "grantexd-20260302T091204+.db"})
        BOOST_TEST(!rules::parse_backup_name(name).has_value(), name);
}

BOOST_AUTO_TEST_CASE(the_newest_of_a_day_stays_and_the_others_of_that_day_go)
{
    Names const names{
        "grantexd-20260302T000000Z.db", "grantexd-20260302T235959Z.db",
        "grantexd-20260302T120000Z.db", "grantexd-20260303T000000Z.db"};
    BOOST_TEST(
        rules::backups_to_remove(names, {.days = 7, .weeks = 0}) ==
            (Names{"grantexd-20260302T000000Z.db", "grantexd-20260302T120000Z.db"}),
        boost::test_tools::per_element()
    );
}

BOOST_AUTO_TEST_CASE(days_without_a_backup_do_not_count)
{
    Names const names{
        "grantexd-20250101T000000Z.db", "grantexd-20251224T000000Z.db",
        "grantexd-20260302T000000Z.db"};
    BOOST_TEST(rules::backups_to_remove(names, {.days = 3, .weeks = 0}).empty());
    BOOST_TEST(
        rules::backups_to_remove(names, {.days = 2, .weeks = 0}) ==
            Names{"grantexd-20250101T000000Z.db"},
        boost::test_tools::per_element()
    );
}

BOOST_AUTO_TEST_CASE(weeks_begin_on_monday_and_keep_their_newest)
{
    // 1 March 2026 is a Sunday.
    Names const names{
        "grantexd-20260222T120000Z.db", "grantexd-20260223T120000Z.db",
        "grantexd-20260228T120000Z.db", "grantexd-20260301T120000Z.db",
        "grantexd-20260302T120000Z.db"};
    BOOST_TEST(
        rules::backups_to_remove(names, {.days = 1, .weeks = 3}) ==
            (Names{"grantexd-20260223T120000Z.db", "grantexd-20260228T120000Z.db"}),
        boost::test_tools::per_element()
    );
}

BOOST_AUTO_TEST_CASE(a_year_of_daily_backups_leaves_seven_days_and_four_weeks)
{
    Names names;
    auto const last = at("2026-03-04T02:00:00Z"); // a Wednesday
    for (int day = 0; day < 365; ++day)
        names.push_back(rules::backup_name(last - std::chrono::days{day}));
    auto const removed = rules::backups_to_remove(names, {.days = 7, .weeks = 4});
    // 4 March back to 26 February, then the Sundays 22 and 15 February. The newest of this week and
    // Sunday 1 March are among the days already.
    BOOST_TEST(names.size() - removed.size() == 9U);
    for (auto const* const kept :
         {"grantexd-20260304T020000Z.db", "grantexd-20260226T020000Z.db",
          "grantexd-20260222T020000Z.db", "grantexd-20260215T020000Z.db"})
        BOOST_TEST((std::ranges::find(removed, kept) == removed.end()), kept);
}

BOOST_AUTO_TEST_CASE(the_newest_is_never_removed_and_foreign_files_never_count)
{
    Names const names{"notes.txt", "grantexd.db", "grantexd-20260302T000000Z.db", "zzz.db"};
    BOOST_TEST(rules::backups_to_remove(names, {.days = 1, .weeks = 0}).empty());
    BOOST_TEST(rules::backups_to_remove({}, {.days = 1, .weeks = 0}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
