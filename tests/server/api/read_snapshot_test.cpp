// What the requests of one turn of the loop read: one state, and never one from before an answer.
#include "server/http/read_snapshot.hpp"
#include "tests/server/api/expect.hpp"

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <thread>

using namespace support;

namespace {

struct SnapshotServer : ApiServer
{
    int rows(storage::Database& db)
    {
        return db.find<int>("SELECT count(*) FROM developer_totals WHERE agents = 77").value();
    }
    void write() { app.writer.run("UPDATE developer_totals SET agents = 77 WHERE agents <> 77"); }

    http::ReadSnapshot snapshot{loop, app.reader, dispatch.batches()};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(read_snapshot, SnapshotServer)

BOOST_AUTO_TEST_CASE(it_shows_one_state_until_the_turn_ends)
{
    snapshot.begin();
    BOOST_TEST(rows(app.reader) == 0);
    write();
    snapshot.begin(); // of the next request of this turn
    BOOST_TEST(rows(app.reader) == 0);
    loop.poll();
    BOOST_TEST(!app.reader.in_transaction());
    BOOST_TEST(rows(app.reader) > 0);
    loop.restart();
    snapshot.begin();
    BOOST_TEST(rows(app.reader) > 0);
    loop.poll();
}

BOOST_AUTO_TEST_CASE(it_ends_at_once_when_something_is_to_be_seen)
{
    snapshot.begin();
    BOOST_TEST(rows(app.reader) == 0);
    write();
    snapshot.end();
    BOOST_TEST(rows(app.reader) > 0);
    snapshot.end();
    loop.poll();
}

BOOST_AUTO_TEST_CASE(a_request_that_is_told_of_a_write_reads_it_also_within_a_turn_of_reads)
{
    std::vector<Answer> reads;
    std::vector<Answer> writes;
    auto const read = [&] { start("GET", "/v1/agents", "", {.key = live_key}, reads); };
    for (int i = 0; i < 50; ++i) {
        auto const before = writes.size();
        start(
            "POST", "/v1/agents", R"({"name":"a)" + std::to_string(i) + R"("})", {.key = live_key},
            writes
        );
        // Reads all the time: there is a snapshot in each turn.
        while (writes.size() == before) {
            read();
            loop.poll_one();
            loop.restart();
        }
        read();
        BOOST_REQUIRE(writes.back().status == 201);
        BOOST_REQUIRE(
            reads.back().json().at("total").as_int64() == static_cast<std::int64_t>(writes.size())
        );
    }
}

// The commit can end while a handler reads: then its answers go out before the snapshot of that
// handler ends by itself.
BOOST_AUTO_TEST_CASE(what_follows_from_a_batch_at_once_reads_it)
{
    std::vector<Answer> reads;
    std::vector<Answer> writes;
    auto const read = [&] { start("GET", "/v1/agents", "", {.key = live_key}, reads); };
    dispatch.batches().on_durable([&](std::size_t) { read(); });
    auto const total = [&](std::size_t i) { return reads.at(i).json().at("total").as_int64(); };
    auto held_up = false;
    for (std::int64_t made = 1; made <= 20 && !held_up; ++made) {
        reads.clear();
        writes.clear();
        start("POST", "/v1/agents", R"({"name":"a"})", {.key = live_key}, writes);
        loop.poll_one(); // the commit begins
        boost::asio::post(loop, [&] {
            read();
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
        });
        while (writes.empty()) {
            loop.poll_one();
            loop.restart();
        }
        loop.poll();
        loop.restart();
        held_up = total(0) == made - 1; // it was read before the commit had ended
        BOOST_TEST(total(1) == made);
    }
    BOOST_TEST(held_up);
}

BOOST_AUTO_TEST_CASE(under_a_long_log_every_statement_reads_for_itself)
{
    app.reader.execute("BEGIN");
    rows(app.reader); // holds the log: it cannot be begun again
    app.writer.execute("CREATE TABLE filler (bytes BLOB)");
    while (dispatch.batches().log_pages() <= 4 * storage::CommitThread::checkpoint_pages)
        app.writer.run("INSERT INTO filler VALUES (zeroblob(400000))");
    app.reader.execute("COMMIT");
    snapshot.begin();
    BOOST_TEST(!app.reader.in_transaction());
    for (int i = 0; i < 2; ++i) // the first copies the log, so the second begins it again
        app.writer.run("INSERT INTO filler VALUES ('little')");
    snapshot.begin();
    BOOST_TEST(app.reader.in_transaction());
    loop.poll();
}

BOOST_AUTO_TEST_SUITE_END()
