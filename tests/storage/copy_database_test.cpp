// Copies of a database that is in use, and what tells whether one is whole.
#include "storage/copy_database.hpp"

#include "storage/durable_file.hpp"
#include "storage/migrate.hpp"
#include "tests/storage/open_store.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>

using namespace support;

namespace {

struct CopyStore : Store
{
    std::filesystem::path target = storage::with_suffix(file.path(), ".copy");

    // Enough for some hundred slices of one page.
    void fill()
    {
        writer.execute("CREATE TABLE pages (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
        writer.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) "
            "INSERT INTO pages SELECT i, hex(randomblob(1500)) FROM n"
        );
    }
    std::int64_t rows_of(std::vector<storage::TableCount> const& tables, std::string_view name)
    {
        auto const found = std::ranges::find(tables, name, &storage::TableCount::table);
        BOOST_REQUIRE((found != tables.end()));
        return found->rows;
    }
};

void overwrite(std::filesystem::path const& file, std::streamoff offset, std::string const& bytes)
{
    std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
    stream.seekp(offset);
    stream << bytes;
    BOOST_REQUIRE(stream.good());
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(copy_database, CopyStore)

BOOST_AUTO_TEST_CASE(a_copy_is_one_private_file_with_the_same_rows)
{
    fill();
    auto const old = ::umask(0);
    auto const copied = storage::copy_database(file.path(), target, storage::at_once);
    ::umask(old);
    for (auto const* const suffix : {"-wal", "-shm", "-journal"})
        BOOST_TEST(!std::filesystem::exists(storage::with_suffix(target, suffix)), suffix);
    struct stat status = {};
    BOOST_REQUIRE_EQUAL(::stat(target.c_str(), &status), 0);
    BOOST_TEST((status.st_mode & 0777U) == 0600U);
    BOOST_TEST(copied.bytes == status.st_size);
    BOOST_TEST(rows_of(copied.tables, "pages") == 600);

    auto copy = storage::Database::open_reader(target);
    BOOST_TEST(copy.find<std::string>("PRAGMA journal_mode").value() == "delete");
    BOOST_TEST((storage::count_tables(copy) == copied.tables));
    BOOST_TEST(storage::find_damage(copy).empty());
    BOOST_TEST(storage::schema_version(copy) == storage::newest_schema_version());
    BOOST_TEST(!std::filesystem::exists(storage::with_suffix(target, "-wal")));
}

// reliability R-16: what is restored is one commit point.
BOOST_AUTO_TEST_CASE(writes_go_on_while_it_is_made_and_none_shows_in_it)
{
    fill();
    storage::DatabaseCopy copied;
    std::atomic<bool> is_copied = false;
    std::thread copier{[&] {
        copied = storage::copy_database(file.path(), target, {1, std::chrono::milliseconds{1}});
        is_copied = true;
    }};
    // Every commit changes two tables by the same number.
    int commits = 0;
    while (!is_copied) {
        writer.execute("BEGIN IMMEDIATE");
        writer.execute("INSERT INTO pages (text) VALUES (hex(randomblob(1500)))");
        writer.execute("INSERT INTO usage_days (developer_id, day) VALUES "
                       "('dev_1', hex(randomblob(8)))");
        writer.execute("COMMIT");
        ++commits;
    }
    copier.join();
    BOOST_TEST(commits > 5);
    auto copy = storage::Database::open_reader(target);
    BOOST_TEST(storage::find_damage(copy).empty());
    BOOST_TEST((storage::count_tables(copy) == copied.tables));
    auto const pages = copy.find<int>("SELECT count(*) FROM pages").value();
    BOOST_TEST(pages - 600 == copy.find<int>("SELECT count(*) FROM usage_days").value());
    // The snapshot was taken at the beginning, and everything written is in the original.
    BOOST_TEST(pages < 600 + commits);
    BOOST_TEST(reader.find<int>("SELECT count(*) FROM pages").value() == 600 + commits);
    // And the log starts over as ever once the copy is made.
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    BOOST_TEST(std::filesystem::file_size(storage::with_suffix(file.path(), "-wal")) == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_not_committed_is_not_in_it)
{
    writer.execute("BEGIN IMMEDIATE");
    writer.execute("INSERT INTO usage_days (developer_id, day) VALUES ('dev_1', '2026-03-02')");
    auto const copied = storage::copy_database(file.path(), target, storage::at_once);
    writer.execute("ROLLBACK");
    BOOST_TEST(rows_of(copied.tables, "usage_days") == 0);
}

BOOST_AUTO_TEST_CASE(it_stops_when_it_is_asked_to)
{
    fill();
    std::stop_source stop;
    bool stopped = false;
    std::thread copier{[&] {
        try {
            storage::copy_database(
                file.path(), target, {1, std::chrono::milliseconds{20}}, stop.get_token()
            );
        } catch (storage::CopyStopped const&) {
            stopped = true;
        }
    }};
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    auto const asked = std::chrono::steady_clock::now();
    stop.request_stop();
    copier.join();
    BOOST_TEST(stopped);
    BOOST_TEST((std::chrono::steady_clock::now() - asked < std::chrono::seconds{5}));
}

BOOST_AUTO_TEST_CASE(it_replaces_no_file)
{
    std::ofstream{target} << "mine";
    BOOST_CHECK_THROW(
        storage::copy_database(file.path(), target, storage::at_once), std::system_error
    );
    BOOST_TEST(std::filesystem::file_size(target) == 4U);
}

BOOST_AUTO_TEST_CASE(a_disk_that_takes_no_more_is_an_error_and_the_original_goes_on)
{
    fill();
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    auto const handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit const small{200 * 1024, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    BOOST_CHECK_THROW(
        storage::copy_database(file.path(), target, storage::at_once), SQLite::Exception
    );
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    grant("g1", "ag_1");
    BOOST_TEST(storage::find_grant(reader, "dev_1", "g1").has_value());
}

BOOST_AUTO_TEST_CASE(every_table_is_counted_whatever_its_name)
{
    writer.execute(R"sql(CREATE TABLE "a ""quoted"" name; --" (x); INSERT INTO
                         "a ""quoted"" name; --" VALUES (1), (2))sql");
    auto const counts = storage::count_tables(reader);
    BOOST_TEST(rows_of(counts, R"(a "quoted" name; --)") == 2);
    BOOST_TEST(rows_of(counts, "developers") == 1);
    BOOST_TEST(rows_of(counts, "grants") == 0);
}

BOOST_AUTO_TEST_CASE(a_damaged_page_and_a_dangling_reference_are_found)
{
    BOOST_TEST(storage::find_damage(reader).empty());
    fill();
    storage::copy_database(file.path(), target, storage::at_once);
    overwrite(target, 4096 * 200 + 100, std::string(3000, '\x7f'));
    {
        auto copy = storage::Database::open_reader(target);
        BOOST_TEST(!storage::find_damage(copy).empty());
    }
    writer.execute("PRAGMA foreign_keys = OFF");
    writer.execute("INSERT INTO api_keys VALUES ('h', 'nobody', 1)");
    auto const damage = storage::find_damage(reader);
    BOOST_REQUIRE_EQUAL(damage.size(), 1U);
    BOOST_TEST(damage.front().find("api_keys") != std::string::npos);
    BOOST_TEST(damage.front().find("developers") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_long_statement_ends_soon_after_a_stop)
{
    std::stop_source stop;
    storage::StopsStatements const guard{reader, stop.get_token()};
    std::thread asker{[&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
        stop.request_stop();
    }};
    BOOST_CHECK_THROW(
        reader.find<std::int64_t>("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                                  "SELECT count(*) FROM n"),
        SQLite::Exception
    );
    asker.join();
}

BOOST_AUTO_TEST_SUITE_END()
