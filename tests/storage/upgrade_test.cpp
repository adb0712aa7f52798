// Every schema there ever was becomes the present one with its rows as they were. The files
// tests/fixtures/schema_NNNN.sql are databases of released versions, written by those versions.
#include "tests/older_schema.hpp"

#include "storage/verify_database.hpp"
#include "tests/source_tree.hpp"
#include "tests/storage/open_store.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace support;

namespace {

std::vector<std::filesystem::path> fixtures()
{
    std::vector<std::filesystem::path> files;
    for (auto const& entry :
         std::filesystem::directory_iterator{std::filesystem::path{SOURCE_DIR} / "tests/fixtures"})
        if (entry.path().extension() == ".sql")
            files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

std::vector<std::string> schema_of(storage::Database& database)
{
    return database.list<std::string>(
        "SELECT type || ' ' || name FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY 1"
    );
}

std::vector<std::string> newest_schema()
{
    TemporaryFile file;
    auto database = storage::Database::open_writer(file.path());
    storage::migrate(database);
    return schema_of(database);
}

// The columns that a migration has left where they were; what it moves elsewhere has its own test.
Columns columns_of_both(storage::Database& one, storage::Database& other)
{
    auto const others = columns_of(other);
    Columns both;
    for (auto const& [table, names] : columns_of(one)) {
        auto const found = others.find(table);
        for (auto const& name : names)
            if (found != others.end() &&
                std::ranges::find(found->second, name) != found->second.end())
                both[table].push_back(name);
    }
    return both;
}

// `file` is closed.
void expect_upgrade(std::filesystem::path const& file, int version)
{
    auto const copy = file.string() + ".before";
    std::filesystem::copy_file(file, copy);
    auto before = storage::Database::open_writer(copy);
    auto database = storage::Database::open_writer(file);
    BOOST_REQUIRE_EQUAL(storage::schema_version(database), version);

    std::vector<int> steps;
    storage::migrate(database, [&steps](storage::MigrationStep const& step) {
        steps.push_back(step.version);
    });

    BOOST_TEST(
        steps.size() == static_cast<std::size_t>(storage::newest_schema_version() - version)
    );
    BOOST_TEST(storage::schema_version(database) == storage::newest_schema_version());
    auto const columns = columns_of_both(before, database);
    auto const rows = dump_rows(before, columns);
    BOOST_TEST(rows.size() >= 8U);
    BOOST_TEST(dump_rows(database, columns) == rows, boost::test_tools::per_element());
    BOOST_TEST(schema_of(database) == newest_schema(), boost::test_tools::per_element());
    BOOST_TEST(storage::find_damage(database).empty());
}

} // namespace

BOOST_AUTO_TEST_SUITE(upgrade)

BOOST_AUTO_TEST_CASE(every_intermediate_schema_becomes_the_newest_with_its_rows)
{
    for (int version = 1; version < storage::newest_schema_version(); ++version)
        BOOST_TEST_CONTEXT("schema " << version)
        {
            TemporaryFile file;
            {
                auto database = storage::Database::open_writer(file.path());
                migrate_up_to(database, version);
                add_old_rows(database);
                if (version >= 5)
                    database.execute("INSERT INTO totals_by_mode VALUES ('live', 1, 1, 1)");
            }
            expect_upgrade(file.path(), version);
        }
}

BOOST_AUTO_TEST_CASE(the_database_of_every_released_version_becomes_the_newest_with_its_rows)
{
    BOOST_TEST(!fixtures().empty());
    for (auto const& fixture : fixtures())
        BOOST_TEST_CONTEXT(fixture)
        {
            TemporaryFile file;
            {
                SQLite::Database loaded{
                    file.path().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
                loaded.exec(read_source(fixture));
            }
            // schema_0013.sql
            expect_upgrade(file.path(), std::stoi(fixture.stem().string().substr(7)));
        }
}

BOOST_AUTO_TEST_CASE(each_step_is_told_with_its_name_when_it_is_on_disk)
{
    TemporaryFile file;
    auto database = storage::Database::open_writer(file.path());
    auto other = storage::Database::open_reader(file.path());
    int last = 0;
    storage::migrate(database, [&](storage::MigrationStep const& step) {
        BOOST_TEST(step.version == ++last);
        BOOST_TEST(std::stoi(step.name) == step.version);
        BOOST_TEST(step.name.find('.') == std::string::npos);
        BOOST_TEST((step.took.count() >= 0));
        BOOST_TEST(other.find<int>("PRAGMA user_version").value() == step.version);
    });
    BOOST_TEST(last == storage::newest_schema_version());
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_leaves_the_one_before_it_and_can_be_done_again)
{
    TemporaryFile file;
    auto database = storage::Database::open_writer(file.path());
    migrate_up_to(database, 9);
    add_old_rows(database);
    database.execute("CREATE TABLE domains (mine)"); // what step 12 wants to make
    auto const columns = columns_of(database);
    auto const before = dump_rows(database, columns);
    BOOST_CHECK_THROW(storage::migrate(database), SQLite::Exception);
    BOOST_TEST(storage::schema_version(database) == 11);
    BOOST_TEST(!database.in_transaction());
    BOOST_TEST(dump_rows(database, columns) == before, boost::test_tools::per_element());
    database.execute("DROP TABLE domains");
    BOOST_TEST(storage::migrate(database) == 11);
    BOOST_TEST(schema_of(database) == newest_schema(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
