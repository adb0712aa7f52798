// The log that a killed process leaves: a torn end is taken as it is, and damage before it is told.
#include "tests/storage/open_store.hpp"

#include "storage/migrate.hpp"
#include "storage/write_ahead_log.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <vector>

using namespace support;

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t header_bytes = 32;
constexpr std::int64_t frame_bytes = 24 + 4096;

// A copy of the log of a database to which transactions of one frame each were written last.
struct Log : Store
{
    static constexpr int transactions = 10;

    Log()
    {
        writer.execute("CREATE TABLE numbers (number INTEGER) STRICT");
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        for (int i = 0; i < transactions; ++i)
            writer.run("INSERT INTO numbers VALUES (?1)", i);
        for (auto const* const suffix : {"", "-wal"})
            fs::copy_file(writer.file().string() + suffix, database.string() + suffix);
        BOOST_REQUIRE(fs::file_size(path) == header_bytes + transactions * frame_bytes);
    }
    // Changes one byte of this frame, counted from 1; 0: of the header.
    void damage(int frame, std::int64_t byte)
    {
        auto const at = frame == 0 ? byte : header_bytes + (frame - 1) * frame_bytes + byte;
        std::fstream stream{path, std::ios::in | std::ios::out | std::ios::binary};
        stream.seekg(at);
        auto const before = static_cast<unsigned>(stream.get());
        stream.seekp(at);
        stream.put(static_cast<char>(before ^ 1U));
    }
    [[nodiscard]] std::int64_t dropped() const { return storage::count_dropped_transactions(path); }

    fs::path database = writer.file().string() + ".copy";
    fs::path path = database.string() + "-wal";
};

} // namespace

BOOST_AUTO_TEST_SUITE(write_ahead_log)

BOOST_FIXTURE_TEST_CASE(R_21_a_whole_log_none_and_a_cut_one_are_taken, Log)
{
    BOOST_TEST(dropped() == 0);
    BOOST_TEST(storage::count_dropped_transactions(database.string() + ".none") == 0);
    for (auto const bytes : {header_bytes + 3 * frame_bytes + 100, header_bytes, std::int64_t{20}})
    {
        fs::resize_file(path, static_cast<std::uintmax_t>(bytes));
        BOOST_TEST(dropped() == 0);
        BOOST_CHECK_NO_THROW(storage::refuse_damaged_log(database));
    }
}

BOOST_FIXTURE_TEST_CASE(R_21_a_torn_last_transaction_is_taken, Log)
{
    damage(transactions, 2000);
    BOOST_TEST(dropped() == 0);
    damage(transactions - 1, 2000); // and more than a crash can tear, but by one
    BOOST_TEST(dropped() == 0);
    BOOST_CHECK_NO_THROW(storage::refuse_damaged_log(database));
}

BOOST_FIXTURE_TEST_CASE(R_21_damage_before_other_transactions_is_refused, Log)
{
    damage(4, 2000); // a page
    BOOST_TEST(dropped() == transactions - 4);
    BOOST_CHECK_THROW(storage::refuse_damaged_log(database), storage::FileRefused);
    BOOST_CHECK_THROW(storage::Database::open_writer(database), storage::FileRefused);
    BOOST_TEST(fs::file_size(path) == header_bytes + transactions * frame_bytes);
}

BOOST_FIXTURE_TEST_CASE(R_21_damage_to_a_checksum_hides_the_frame_after_it_too, Log)
{
    damage(4, 20);
    BOOST_TEST(dropped() == transactions - 5);
}

BOOST_FIXTURE_TEST_CASE(R_21_damage_to_the_header_is_refused, Log)
{
    damage(0, 17); // a salt
    BOOST_TEST(dropped() == transactions - 1);
}

BOOST_FIXTURE_TEST_CASE(what_an_earlier_log_left_behind_the_end_is_not_dropped, Log)
{
    writer.execute("PRAGMA wal_checkpoint(RESTART)");
    writer.run("INSERT INTO numbers VALUES (99)");
    fs::copy_file(writer.file().string() + "-wal", path, fs::copy_options::overwrite_existing);
    BOOST_TEST(fs::file_size(path) == header_bytes + transactions * frame_bytes);
    BOOST_TEST(dropped() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
