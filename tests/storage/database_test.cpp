// The two connections: how they are set up, what each may do, and how rows become values.
#include "tests/storage/open_store.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/describe/class.hpp>
#include <boost/test/unit_test.hpp>

#include <sqlite3.h>

#include <limits>

#include <sys/stat.h>

using namespace support;

namespace {

struct Sample
{
    std::int64_t number = 0;
    std::string text{};
    std::optional<std::string> maybe_text{};
    std::vector<std::string> lines{};
    storage::Timestamp time{};
    std::optional<storage::Timestamp> maybe_time{};
    bool yes = false;
    int small = 0;
};
BOOST_DESCRIBE_STRUCT(Sample, (), (number, text, maybe_text, lines, time, maybe_time, yes, small))

struct SampleStore : Store
{
    SampleStore()
    {
        writer.execute(
            "CREATE TABLE samples (number INTEGER PRIMARY KEY, text TEXT, maybe_text TEXT, "
            "lines TEXT, time INTEGER, maybe_time INTEGER, yes INTEGER, small INTEGER) STRICT"
        );
    }
    int add(Sample const& sample)
    {
        return writer.run(
            "INSERT INTO samples VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", sample.number,
            sample.text, sample.maybe_text, sample.lines, sample.time, sample.maybe_time,
            sample.yes, sample.small
        );
    }
    std::optional<Sample> find(std::int64_t number)
    {
        return reader.find<Sample>("SELECT * FROM samples WHERE number = ?1", number);
    }
};

int count_statements(storage::Database& database)
{
    int count = 0;
    auto* const handle = database.connection().getHandle();
    for (auto* at = sqlite3_next_stmt(handle, nullptr); at != nullptr;
         at = sqlite3_next_stmt(handle, at))
        ++count;
    return count;
}

bool any_busy(storage::Database& database)
{
    auto* const handle = database.connection().getHandle();
    for (auto* at = sqlite3_next_stmt(handle, nullptr); at != nullptr;
         at = sqlite3_next_stmt(handle, at))
        if (sqlite3_stmt_busy(at) != 0)
            return true;
    return false;
}

unsigned mode_of(std::filesystem::path const& file)
{
    struct stat status = {};
    BOOST_REQUIRE_EQUAL(::stat(file.c_str(), &status), 0);
    return status.st_mode & 0777U;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(database, SampleStore)

BOOST_AUTO_TEST_CASE(the_writer_commits_to_disk_and_keeps_references_whole)
{
    BOOST_TEST(writer.find<std::string>("PRAGMA journal_mode").value() == "wal");
    BOOST_TEST(writer.find<int>("PRAGMA synchronous").value() == 2);
    BOOST_TEST(writer.find<int>("PRAGMA foreign_keys").value() == 1);
    BOOST_TEST(writer.find<int>("PRAGMA wal_autocheckpoint").value() == 1000);
    BOOST_TEST(reader.find<int>("PRAGMA wal_autocheckpoint").value() == 0);
    for (auto* const database : {&writer, &reader}) {
        BOOST_TEST(database->find<int>("PRAGMA mmap_size").value_or(0) == 0);
        BOOST_TEST(database->find<int>("PRAGMA trusted_schema").value() == 0);
        BOOST_TEST(database->find<int>("PRAGMA cell_size_check").value() == 1);
        BOOST_TEST(database->find<int>("PRAGMA busy_timeout").value() == 5000);
    }
    BOOST_CHECK_THROW(
        writer.run("INSERT INTO api_keys VALUES ('h', 'nobody', 1)"), SQLite::Exception
    );
    grant("g1", "ag_1");
    for (auto const* const parent : {"DELETE FROM agents", "DELETE FROM developers"})
        BOOST_CHECK_THROW(writer.execute(parent), SQLite::Exception);
    // A name in double quotes that is no column is an error and not a text.
    BOOST_CHECK_THROW(writer.execute("SELECT \"nonsense\" FROM agents"), SQLite::Exception);
    BOOST_CHECK_THROW(
        writer.execute("PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = ''"),
        SQLite::Exception
    );
}

BOOST_AUTO_TEST_CASE(the_reader_cannot_write)
{
    for (auto const* const sql :
         {"INSERT INTO samples (number) VALUES (1)", "DELETE FROM developers",
          "CREATE TABLE more (x)", "DROP TABLE samples", "PRAGMA user_version = 9", "VACUUM"})
        BOOST_CHECK_THROW(reader.execute(sql), SQLite::Exception);
    BOOST_TEST(writer.find<int>("SELECT count(*) FROM samples").value() == 0);
    TemporaryFile none;
    BOOST_CHECK_THROW(storage::Database::open_reader(none.path()), SQLite::Exception);
    BOOST_TEST(!std::filesystem::exists(none.path()));
}

BOOST_AUTO_TEST_CASE(the_reader_sees_what_is_committed_and_never_waits)
{
    writer.execute("BEGIN IMMEDIATE");
    add({.number = 1});
    BOOST_TEST(writer.find<int>("SELECT count(*) FROM samples").value() == 1);
    BOOST_TEST(!find(1).has_value());
    writer.execute("COMMIT");
    BOOST_TEST(find(1).has_value());
}

BOOST_AUTO_TEST_CASE(the_files_belong_to_their_owner_alone)
{
    auto const old = ::umask(0);
    TemporaryFile fresh;
    auto database = storage::Database::open_writer(fresh.path());
    database.execute("CREATE TABLE x (y)");
    ::umask(old);
    for (auto const* const suffix : {"", "-wal", "-shm"}) {
        auto name = fresh.path();
        name += suffix;
        BOOST_TEST(mode_of(name) == 0600U, name);
    }
}

BOOST_AUTO_TEST_CASE(a_time_that_only_damage_makes_is_read_as_the_nearest_that_can_be_written)
{
    add({.number = 1, .time = storage::Timestamp::max(), .maybe_time = storage::Timestamp::min()});
    auto const found = find(1).value();
    BOOST_TEST((found.time == storage::year_10000 - std::chrono::milliseconds{1}));
    BOOST_TEST((found.maybe_time == storage::year_0));
}

BOOST_AUTO_TEST_CASE(every_type_comes_back_as_it_went_in)
{
    Sample const full{
        .number = std::numeric_limits<std::int64_t>::min(),
        .text = std::string{"a'b\"\xF0\x9F\x98\x80\n;--"},
        .maybe_text = "",
        .lines = {"one", "two words", "3"},
        .time = start_time + std::chrono::milliseconds{1},
        .maybe_time = storage::from_milliseconds(-1),
        .yes = true,
        .small = -7};
    BOOST_TEST(add(full) == 1);
    auto const found = find(full.number).value();
    BOOST_TEST(found.number == full.number);
    BOOST_TEST(found.text == full.text);
    BOOST_REQUIRE(found.maybe_text.has_value());
    BOOST_TEST(found.maybe_text->empty()); // an empty text is not NULL
    BOOST_TEST(found.lines == full.lines, boost::test_tools::per_element());
    BOOST_TEST((found.time == full.time));
    BOOST_TEST((found.maybe_time == full.maybe_time));
    BOOST_TEST(found.yes);
    BOOST_TEST(found.small == -7);

    add({.number = 2});
    auto const empty = find(2).value();
    BOOST_TEST(!empty.maybe_text.has_value());
    BOOST_TEST(!empty.maybe_time.has_value());
    BOOST_TEST(empty.lines.empty());
    BOOST_TEST(!empty.yes);
}

BOOST_AUTO_TEST_CASE(find_list_and_run_say_how_much_there_was)
{
    BOOST_TEST(!find(1).has_value());
    for (int i = 1; i <= 5; ++i)
        add({.number = i, .text = "x"});
    auto const numbers =
        reader.list<std::int64_t>("SELECT number FROM samples ORDER BY number DESC");
    BOOST_TEST(
        numbers == (std::vector<std::int64_t>{5, 4, 3, 2, 1}), boost::test_tools::per_element()
    );
    BOOST_TEST(reader.list<Sample>("SELECT * FROM samples WHERE number > 9").empty());
    BOOST_TEST(writer.run("UPDATE samples SET text = 'y' WHERE number > ?1", 2) == 3);
    BOOST_TEST(writer.run("UPDATE samples SET text = 'z' WHERE number = ?1", 99) == 0);
    // RETURNING does all of its work although only the first row is wanted.
    BOOST_TEST(
        writer.find<std::int64_t>("UPDATE samples SET text = 'w' RETURNING number").has_value()
    );
    BOOST_TEST(reader.find<int>("SELECT count(*) FROM samples WHERE text = 'w'").value() == 5);
    BOOST_CHECK_THROW(add({.number = 1}), SQLite::Exception);
    BOOST_TEST(add({.number = 6}) == 1); // after a failure the statement is usable again
}

BOOST_AUTO_TEST_CASE(a_statement_is_prepared_once_and_left_reset)
{
    find(1);
    add({.number = 1, .text = "x", .maybe_text = "kept"});
    auto const prepared = count_statements(reader);
    auto const prepared_to_write = count_statements(writer);
    for (int i = 0; i < 50; ++i) {
        find(i);
        add({.number = 100 + i});
    }
    BOOST_TEST(count_statements(reader) == prepared);
    BOOST_TEST(count_statements(writer) == prepared_to_write);
    BOOST_TEST(!any_busy(reader)); // no snapshot stays open
    BOOST_TEST(!any_busy(writer));
    BOOST_TEST(!find(100)->maybe_text.has_value()); // bindings of an earlier use are gone
}

BOOST_AUTO_TEST_SUITE_END()
