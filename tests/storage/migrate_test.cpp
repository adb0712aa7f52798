// Bringing a file to the newest schema, and leaving alone what is not ours.
#include "storage/migrate.hpp"

#include "storage/developers.hpp"
#include "storage/embedded_file.hpp"
#include "storage/keys.hpp"
#include "tests/older_schema.hpp"
#include "tests/storage/open_store.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>

using namespace support;

namespace {

std::string bytes_of(std::filesystem::path const& file)
{
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

// What opening and migrating the file says against it; empty when it does both.
std::string refusal(std::filesystem::path const& file)
{
    try {
        auto database = storage::Database::open_writer(file);
        storage::migrate(database);
    } catch (storage::SchemaRefused const& error) {
        return error.what();
    }
    return {};
}

} // namespace

BOOST_AUTO_TEST_SUITE(migrate)

BOOST_AUTO_TEST_CASE(a_new_file_is_brought_to_the_newest_version_once)
{
    TemporaryFile file;
    auto database = storage::Database::open_writer(file.path());
    BOOST_TEST(storage::schema_version(database) == 0);
    BOOST_TEST(storage::migrate(database) == 0);
    auto const newest = storage::newest_schema_version();
    BOOST_TEST(newest >= 1);
    BOOST_TEST(storage::schema_version(database) == newest);
    BOOST_TEST(database.find<int>("PRAGMA application_id").value() == storage::application_id);
    BOOST_TEST(storage::migrate(database) == newest);
    BOOST_TEST(database.find<std::string>("PRAGMA integrity_check").value() == "ok");
    BOOST_TEST(database.list<std::string>("PRAGMA foreign_key_check").empty());
}

BOOST_AUTO_TEST_CASE(migrating_again_keeps_the_rows)
{
    Store store;
    store.grant("g1", "ag_1");
    storage::migrate(store.writer);
    BOOST_TEST(storage::find_grant(store.reader, "dev_1", "g1").has_value());
}

BOOST_AUTO_TEST_CASE(totals_over_all_developers_count_what_was_there_before)
{
    TemporaryFile file;
    auto database = storage::Database::open_writer(file.path());
    migrate_up_to(database, 4);
    database.execute(R"sql(
        INSERT INTO developers (id, name, mode, plan, created_at) VALUES
            ('d1', 'a', 'live', 'free', 1), ('d2', 'b', 'live', 'free', 2),
            ('d3', 'c', 'live', 'free', 3);
        INSERT INTO developer_totals (developer_id, agents, grants) VALUES
            ('d1', 2, 5), ('d2', 1, 0), ('d3', 0, 0);)sql");
    BOOST_TEST(storage::migrate(database) == 4);
    auto const totals = storage::list_totals(database);
    BOOST_REQUIRE_EQUAL(totals.size(), 1U); // no sandbox developer, no row
    BOOST_TEST(totals[0].mode == "live");
    BOOST_TEST(totals[0].developers == 3);
    BOOST_TEST(totals[0].agents == 3);
    BOOST_TEST(totals[0].grants == 5);
    BOOST_TEST(
        storage::count_developers_since(
            database, storage::Timestamp{std::chrono::milliseconds{2}}
        ) == 2
    );

    storage::Developer developer;
    developer.id = "d4";
    developer.mode = "sandbox";
    developer.plan = "pro";
    storage::insert_developer(database, developer);
    storage::update_totals(database, "d4", {.agents = 1, .grants = 1});
    storage::update_totals(database, "d1", {.agents = -1});
    auto const after = storage::list_totals(database);
    BOOST_REQUIRE_EQUAL(after.size(), 2U);
    BOOST_TEST(after[0].agents == 2);
    BOOST_TEST(after[1].developers == 1);
    BOOST_TEST(after[1].agents == 1);
    BOOST_TEST(after[1].grants == 1);
}

BOOST_AUTO_TEST_CASE(the_key_that_signed_before_keys_were_rotated_signs_on)
{
    TemporaryFile file;
    auto database = storage::Database::open_writer(file.path());
    migrate_up_to(database, 13);
    database.execute(R"sql(
        INSERT INTO signing_keys (kid, sealed, status, created_at) VALUES
            ('k1', 'v1.m.one', 'active', 1000), ('k0', 'v1.m.zero', 'retired', 500))sql");
    storage::migrate(database);
    auto const rows = storage::list_signing_keys(database);
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    BOOST_TEST(rows[0].kid == "k1");
    BOOST_TEST(rows[0].sealed.value() == "v1.m.one");
    BOOST_TEST(storage::to_milliseconds(rows[0].created_at) == 1000);
    BOOST_TEST(storage::to_milliseconds(rows[0].signs_from) == 1000);
    BOOST_TEST(rows[0].token_ttl_seconds == 86'400); // the most a setting allowed
    BOOST_TEST(!rows[0].gone_at);
}

BOOST_AUTO_TEST_CASE(a_newer_schema_is_refused_with_both_versions)
{
    Store store;
    store.writer.execute("PRAGMA user_version = 999");
    auto const why = refusal(store.file.path());
    BOOST_TEST(why.find("999") != std::string::npos);
    BOOST_TEST(why.find(std::to_string(storage::newest_schema_version())) != std::string::npos);
    BOOST_TEST(why.find("Try: ") != std::string::npos);
    BOOST_TEST(store.writer.find<int>("PRAGMA user_version").value() == 999);
}

// A backup that was copied into place by hand is in no WAL mode: opening it must not change that.
BOOST_AUTO_TEST_CASE(a_newer_file_is_not_changed_by_being_refused_whatever_its_journal)
{
    TemporaryFile file;
    {
        auto database = storage::Database::open_writer(file.path());
        storage::migrate(database);
        database.execute("PRAGMA user_version = 999");
        database.execute("PRAGMA journal_mode = DELETE");
    }
    auto const content = bytes_of(file.path());
    auto const why = refusal(file.path());
    BOOST_TEST(why.find("install a grantexd newer than ") != std::string::npos);
    BOOST_TEST((bytes_of(file.path()) == content));
}

BOOST_AUTO_TEST_CASE(the_database_of_another_program_is_refused_and_left_as_it_is)
{
    for (auto const* const sql :
         {"CREATE TABLE notes (text)", "PRAGMA user_version = 3", "PRAGMA application_id = 42"})
        BOOST_TEST_CONTEXT(sql)
        {
            TemporaryFile file;
            {
                SQLite::Database other{
                    file.path().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
                other.exec(sql);
            }
            auto const content = bytes_of(file.path());
            BOOST_TEST(refusal(file.path()).find("another program") != std::string::npos);
            BOOST_TEST((bytes_of(file.path()) == content));
            auto wal = file.path();
            wal += "-wal";
            BOOST_TEST(!std::filesystem::exists(wal));
        }
}

BOOST_AUTO_TEST_CASE(what_is_no_database_is_refused_and_not_overwritten)
{
    TemporaryFile file;
    std::ofstream{file.path()} << std::string(5'000, 'x');
    auto const content = bytes_of(file.path());
    BOOST_TEST(refusal(file.path()).find("not a database") != std::string::npos);
    BOOST_TEST((bytes_of(file.path()) == content));
}

BOOST_AUTO_TEST_SUITE_END()
