// What the requests of one turn of the loop read: one state, and never one from before an answer.
#include "server/http/read_snapshot.hpp"
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

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
