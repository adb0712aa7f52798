// The thread that waits for the disk: what it reports, and that it leaves the connection usable.
#include "storage/commit_thread.hpp"
#include "tests/storage/open_store.hpp"

#include <boost/test/unit_test.hpp>

#include <sqlite3.h>

#include <atomic>
#include <future>
#include <thread>

using namespace support;

namespace {

struct CommittingStore : Store
{
    CommittingStore() { writer.execute("CREATE TABLE notes (text)"); }

    storage::CommitResult commit()
    {
        std::promise<storage::CommitResult> promise;
        auto result = promise.get_future();
        thread.commit([&](storage::CommitResult how) {
            ran_on = std::this_thread::get_id();
            promise.set_value(how);
        });
        return result.get();
    }
    int notes() { return reader.find<int>("SELECT count(*) FROM notes").value(); }

    std::thread::id ran_on;
    storage::CommitThread thread{writer};
};

bool in_transaction(storage::Database& database)
{
    return sqlite3_get_autocommit(database.connection().getHandle()) == 0;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(commit_thread, CommittingStore)

BOOST_AUTO_TEST_CASE(a_commit_is_durable_and_runs_elsewhere)
{
    for (int i = 1; i <= 50; ++i) {
        writer.execute("BEGIN IMMEDIATE");
        writer.run("INSERT INTO notes VALUES ('x')");
        BOOST_TEST((commit() == storage::CommitResult::durable));
        BOOST_TEST(notes() == i);
        BOOST_TEST(!in_transaction(writer));
    }
    BOOST_TEST((ran_on != std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(a_refused_commit_is_rolled_back_and_the_next_one_works)
{
    sqlite3_commit_hook(
        writer.connection().getHandle(), [](void*) { return 1; }, nullptr
    );
    writer.execute("BEGIN IMMEDIATE");
    writer.run("INSERT INTO notes VALUES ('x')");
    BOOST_TEST((commit() == storage::CommitResult::refused));
    BOOST_TEST(notes() == 0);
    BOOST_TEST(!in_transaction(writer));
    sqlite3_commit_hook(writer.connection().getHandle(), nullptr, nullptr);
    writer.execute("BEGIN IMMEDIATE");
    writer.run("INSERT INTO notes VALUES ('y')");
    BOOST_TEST((commit() == storage::CommitResult::durable));
    BOOST_TEST(notes() == 1);
}

BOOST_AUTO_TEST_CASE(the_log_is_copied_into_the_file_and_begun_again_when_it_is_long)
{
    auto const log = writer.file().string() + "-wal";
    int expected = 0;
    auto const add_pages = [&](int pages) {
        for (int i = 0; i < pages; i += 50) {
            writer.execute("BEGIN IMMEDIATE");
            writer.run("INSERT INTO notes VALUES (?1)", std::string(std::size_t{50} * 4096, 'x'));
            BOOST_REQUIRE((commit() == storage::CommitResult::durable));
            ++expected;
        }
    };
    add_pages(100);
    BOOST_TEST(thread.log_pages() >= 100);
    BOOST_TEST(thread.log_pages() < storage::CommitThread::checkpoint_pages);
    add_pages(4000);
    BOOST_TEST(thread.log_pages() < 2 * storage::CommitThread::checkpoint_pages);
    BOOST_TEST(std::filesystem::file_size(log) < 10'000'000U);
    // Whoever reads an older state keeps the log from being begun again.
    reader.execute("BEGIN");
    BOOST_TEST(notes() == expected);
    auto const seen = expected;
    add_pages(1500);
    BOOST_TEST(thread.log_pages() >= 1500);
    BOOST_TEST(notes() == seen);
    reader.execute("COMMIT");
    add_pages(100);
    BOOST_TEST(thread.log_pages() < 100);
    BOOST_TEST(notes() == expected);
}

BOOST_AUTO_TEST_CASE(a_commit_that_leaves_the_transaction_open_is_rolled_back)
{
    writer.execute("PRAGMA foreign_keys = ON; CREATE TABLE child (id TEXT REFERENCES "
                   "developers (id) DEFERRABLE INITIALLY DEFERRED)");
    writer.execute("BEGIN IMMEDIATE");
    writer.run("INSERT INTO child VALUES ('nobody')"); // found out only at the end
    BOOST_TEST((commit() == storage::CommitResult::refused));
    BOOST_TEST(!in_transaction(writer));
    BOOST_TEST(reader.find<int>("SELECT count(*) FROM child").value() == 0);
}

BOOST_AUTO_TEST_CASE(a_commit_without_a_transaction_is_refused)
{
    BOOST_TEST((commit() == storage::CommitResult::refused));
}

BOOST_AUTO_TEST_CASE(ending_waits_for_a_commit_in_flight)
{
    std::atomic<bool> done = false;
    {
        storage::CommitThread own{writer};
        writer.execute("BEGIN IMMEDIATE");
        writer.run("INSERT INTO notes VALUES ('x')");
        own.commit([&](storage::CommitResult result) {
            done = result == storage::CommitResult::durable;
        });
    }
    BOOST_TEST(done);
    BOOST_TEST(notes() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
