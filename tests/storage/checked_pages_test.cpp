// Damage to the pages of the database file, wherever it is, and files that have no checksums yet.
#include "storage/checked_pages.hpp"

#include "storage/copy_database.hpp"
#include "storage/durable_file.hpp"
#include "storage/migrate.hpp"
#include "tests/older_schema.hpp"
#include "tests/storage/open_store.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <sqlite3.h>

using namespace support;

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t page_bytes = 4096;

// A database of some pages of each kind, closed, and a copy of it to damage.
struct Files : TemporaryFile
{
    Files()
    {
        auto writer = storage::Database::open_writer(path());
        storage::migrate(writer);
        add_old_rows(writer);
        writer.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
        writer.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                       "WHERE i < 60) INSERT INTO texts SELECT i, hex(randomblob(i * 60)) FROM n");
    }

    void copy() const
    {
        storage::remove_database(damaged);
        fs::copy_file(path(), damaged);
    }
    [[nodiscard]] std::int64_t pages() const
    {
        return static_cast<std::int64_t>(fs::file_size(path())) / page_bytes;
    }
    [[nodiscard]] std::string read(std::int64_t at, std::size_t bytes) const
    {
        std::string text(bytes, '\0');
        std::ifstream stream{path(), std::ios::binary};
        stream.seekg(at);
        stream.read(text.data(), static_cast<std::streamsize>(bytes));
        BOOST_REQUIRE(stream.good());
        return text;
    }
    void write(std::int64_t at, std::string const& bytes) const
    {
        std::fstream stream{damaged, std::ios::in | std::ios::out | std::ios::binary};
        stream.seekp(at);
        stream << bytes;
        BOOST_REQUIRE(stream.good());
    }

    fs::path damaged = storage::with_suffix(path(), ".damaged");
};

// Whether opening the file, or reading all its pages, ends in a refusal.
bool is_noticed(fs::path const& file)
{
    auto const copy = storage::with_suffix(file, ".read");
    storage::remove_database(copy);
    try {
        storage::Database::open_writer(file);
        storage::copy_database(file, copy, storage::at_once);
    } catch (storage::FileRefused const&) {
        return true;
    } catch (SQLite::Exception const&) {
        return true;
    }
    return false;
}

// A file that has no room for checksums: SQLite makes it without our layer.
void make_plain_file(fs::path const& file)
{
    SQLite::Database made{file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 0, "unix"};
    made.exec("PRAGMA application_id = " + std::to_string(storage::application_id));
}

} // namespace

BOOST_AUTO_TEST_SUITE(checked_pages)

BOOST_FIXTURE_TEST_CASE(R_21_without_damage_all_pages_are_read, Files)
{
    copy();
    BOOST_TEST(!is_noticed(damaged));
}

BOOST_FIXTURE_TEST_CASE(R_21_a_changed_bit_is_noticed_in_every_page_and_every_part_of_it, Files)
{
    BOOST_TEST_REQUIRE(pages() > 100);
    for (std::int64_t page = 0; page < pages(); ++page)
        for (auto const at : {std::int64_t{0}, 97 + page % 3800, page_bytes - 8, page_bytes - 1})
            BOOST_TEST_CONTEXT("page " << page + 1 << ", byte " << at)
            {
                copy();
                auto byte = read(page * page_bytes + at, 1);
                byte[0] = static_cast<char>(byte[0] ^ (1 << page % 8));
                write(page * page_bytes + at, byte);
                BOOST_TEST(is_noticed(damaged));
            }
}

BOOST_FIXTURE_TEST_CASE(R_21_a_changed_byte_is_noticed_anywhere_in_the_header_of_the_file, Files)
{
    for (std::int64_t at = 0; at < 100; ++at)
        for (auto const mask : {0x01, 0x08, 0xFF})
            BOOST_TEST_CONTEXT("byte " << at << " with " << mask)
            {
                copy();
                auto byte = read(at, 1);
                byte[0] = static_cast<char>(byte[0] ^ mask);
                write(at, byte);
                BOOST_TEST(is_noticed(damaged));
            }
}

BOOST_FIXTURE_TEST_CASE(R_21_a_page_at_the_place_of_another_is_noticed, Files)
{
    copy();
    write(7 * page_bytes, read(11 * page_bytes, page_bytes));
    BOOST_TEST(is_noticed(damaged));
}

BOOST_FIXTURE_TEST_CASE(R_21_a_page_of_zeros_and_a_file_that_is_cut_are_noticed, Files)
{
    for (std::int64_t page = 0; page < pages(); ++page)
        BOOST_TEST_CONTEXT("page " << page + 1)
        {
            copy();
            write(page * page_bytes, std::string(page_bytes, '\0'));
            BOOST_TEST(is_noticed(damaged));
            if (page == 0)
                continue; // an empty file is a new one
            copy();
            fs::resize_file(damaged, static_cast<std::uintmax_t>(page * page_bytes));
            BOOST_TEST(is_noticed(damaged));
        }
}

BOOST_FIXTURE_TEST_CASE(R_21_a_damaged_page_fails_what_reads_it_and_nothing_else, Store)
{
    writer.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
    writer.execute("INSERT INTO texts VALUES (1, hex(zeroblob(9000)))");
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    auto const last = static_cast<std::int64_t>(fs::file_size(file.path())) - page_bytes / 2;
    {
        std::fstream stream{file.path(), std::ios::in | std::ios::out | std::ios::binary};
        stream.seekp(last);
        stream << '!';
    }
    auto other = storage::Database::open_reader(file.path());
    BOOST_CHECK_EXCEPTION(
        other.list<std::string>("SELECT text FROM texts"), SQLite::Exception,
        [](auto const& error) { return error.getErrorCode() == SQLITE_CORRUPT; }
    );
    BOOST_TEST(other.list<std::string>("SELECT id FROM developers").size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(pages_that_were_given_back_as_soon_as_they_were_taken_are_no_damage, Store)
{
    writer.execute("BEGIN");
    writer.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
    writer.execute("INSERT INTO texts VALUES (1, hex(zeroblob(90000)))");
    writer.execute("DROP TABLE texts");
    writer.execute("CREATE TABLE others (id INTEGER PRIMARY KEY) STRICT");
    writer.execute("COMMIT");
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    BOOST_TEST(writer.find<int>("PRAGMA freelist_count").value() > 10);
    BOOST_TEST(!is_noticed(file.path()));
}

// The copy's cache holds a part of it, and its first page is written last.
BOOST_FIXTURE_TEST_CASE(a_copy_has_checksums_also_of_pages_that_are_still_in_the_log, Store)
{
    writer.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
    writer.execute("PRAGMA wal_autocheckpoint = 0");
    writer.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) "
                   "INSERT INTO texts SELECT i, hex(randomblob(1500)) FROM n");
    auto const copy = storage::with_suffix(file.path(), ".copy");
    storage::copy_database(file.path(), copy, storage::at_once);
    BOOST_TEST(fs::file_size(copy) > 10'000'000U);
    BOOST_TEST(storage::has_checked_pages(storage::Database::open_reader(copy).connection()));
    BOOST_TEST(!is_noticed(copy));
}

BOOST_AUTO_TEST_CASE(a_file_of_a_version_before_gets_checksums_when_it_is_migrated)
{
    TemporaryFile file;
    make_plain_file(file.path());
    auto const copy = storage::with_suffix(file.path(), ".copy");
    std::vector<std::string> before;
    {
        auto database = storage::Database::open_writer(file.path());
        migrate_up_to(database, storage::first_checked_version - 1);
        add_old_rows(database);
        BOOST_TEST(!storage::has_checked_pages(database.connection()));
        storage::copy_database(file.path(), copy, storage::at_once); // as it is
        BOOST_TEST(!storage::has_checked_pages(storage::Database::open_reader(copy).connection()));
        auto const columns = columns_of(database);
        before = dump_rows(database, columns);

        storage::migrate(database);
        BOOST_TEST(storage::has_checked_pages(database.connection()));
        BOOST_TEST(dump_rows(database, columns) == before, boost::test_tools::per_element());
        BOOST_TEST(database.find<std::string>("PRAGMA integrity_check").value() == "ok");
        BOOST_TEST(
            storage::has_checked_pages(storage::Database::open_reader(file.path()).connection())
        );
    }
    BOOST_TEST(!before.empty());
    BOOST_TEST(!is_noticed(file.path()));
    BOOST_TEST(!is_noticed(copy));
    std::fstream{file.path(), std::ios::in | std::ios::out | std::ios::binary}.seekp(5000) << '!';
    BOOST_TEST(is_noticed(file.path()));
}

BOOST_AUTO_TEST_SUITE_END()
