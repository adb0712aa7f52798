// Time limits, with the limits shortened.
#include "tests/server/http/raw_http.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;

namespace {

std::chrono::duration<double> since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::steady_clock::now() - start;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_limits)

BOOST_AUTO_TEST_CASE(S_104_a_head_that_trickles_in_is_cut_off)
{
    raw::Server server({.header_timeout = 1s});
    raw::Client client(server);
    raw::Client other(server);
    auto const start = std::chrono::steady_clock::now();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 30 && client.is_quiet(100ms); ++i)
        client.send("X: a\r\n");
    BOOST_TEST(since(start).count() < 2.5); // three without an end
    BOOST_TEST(client.read_answer().status == 408);
    BOOST_TEST(client.is_closed());
    BOOST_TEST(other.ask(raw::get("/a")).status == 200);
    BOOST_TEST(server.requests() == 1);
}

BOOST_AUTO_TEST_CASE(S_104_a_body_that_does_not_come_is_cut_off)
{
    raw::Server server({.body_timeout = 1s});
    raw::Client client(server);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell");
    BOOST_TEST(client.read_answer().status == 408);
    BOOST_TEST(client.is_closed());
    raw::Client chunked(server);
    chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
    BOOST_TEST(chunked.read_answer().status == 408);
    BOOST_TEST(server.requests() == 0);
}

BOOST_AUTO_TEST_CASE(S_104_a_body_slower_than_the_least_rate_is_cut_off_early)
{
    raw::Server server({.body_timeout = 30s, .body_bytes_per_second_min = 1000});
    raw::Client slow(server);
    raw::Client steady(server);
    auto const start = std::chrono::steady_clock::now();
    std::string const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n";
    slow.send(head);
    steady.send(head);
    for (int i = 0; i < 60 && slow.is_quiet(100ms); ++i) {
        slow.send("slow");
        steady.send(std::string(300, 's'));
    }
    BOOST_TEST(slow.read_answer().status == 408);
    BOOST_TEST(since(start).count() < 5.0);
    BOOST_TEST(steady.is_quiet(10ms));
}

BOOST_AUTO_TEST_CASE(S_104_an_idle_connection_is_closed_without_a_word)
{
    raw::Server server({.idle_timeout = 1s});
    raw::Client fresh(server);
    raw::Client used(server);
    auto const start = std::chrono::steady_clock::now();
    BOOST_TEST(used.ask(raw::get("/a")).status == 200);
    BOOST_TEST(fresh.is_closed());
    BOOST_TEST(used.is_closed());
    BOOST_TEST(since(start).count() > 0.9);
    BOOST_TEST(server.eventually([&] { return server.listener().connections() == 0; }));
}

BOOST_AUTO_TEST_CASE(unfinished_bodies_share_a_limit_that_small_ones_need_not_mind)
{
    raw::Server server({.held_bytes_max = 200'000, .held_bytes_free = 10'000});
    std::string const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
    raw::Client first(server);
    first.send(head + std::string(99'999, 'x'));
    BOOST_TEST(first.is_quiet(100ms));
    raw::Client second(server);
    second.send(head + std::string(99'999, 'x'));
    auto const refused = second.read_answer();
    BOOST_TEST(refused.status == 503);
    BOOST_TEST(second.is_closed());
    raw::Client small(server);
    small.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n");
    small.send(std::string(5000, 'x'));
    BOOST_TEST(small.read_answer().status == 200);
    first.send("x"); // what it kept is free again
    BOOST_TEST(first.read_answer().status == 200);
    raw::Client third(server);
    third.send(head + std::string(100'000, 'x'));
    BOOST_TEST(third.read_answer().status == 200);
}

BOOST_AUTO_TEST_CASE(answers_that_nobody_takes_share_a_limit)
{
    raw::Server server({.held_bytes_max = 20 * 1024 * 1024});
    raw::Client stuck(server, "127.0.0.1", 4096);
    stuck.send(raw::get("/large"));
    BOOST_TEST(server.eventually([&] { return server.handler.requests == 1; }));
    raw::Client too_much(server, "127.0.0.1", 4096);
    too_much.send(raw::get("/large"));
    BOOST_TEST(server.eventually([&] { return server.listener().connections() == 1; }));
    raw::Client small(server);
    BOOST_TEST(small.ask(raw::get("/a")).status == 200);
}

BOOST_AUTO_TEST_CASE(a_connection_that_waits_for_its_answer_is_not_idle)
{
    raw::Server server({.header_timeout = 2s, .body_timeout = 2s, .idle_timeout = 2s});
    raw::Client client(server);
    client.send(raw::get("/later"));
    BOOST_TEST(client.is_quiet(3s));
    server.answer_kept(0);
    BOOST_TEST(client.read_answer().status == 200);
    BOOST_TEST(client.is_quiet(500ms)); // the idle time starts with the answer
    BOOST_TEST(client.ask(raw::get("/a")).status == 200);
}

BOOST_AUTO_TEST_CASE(a_reader_that_takes_nothing_is_dropped)
{
    raw::Server server({.write_timeout = 3s});
    raw::Client stuck(server, "127.0.0.1", 4096);
    raw::Client slow(server, "127.0.0.1", 4096);
    stuck.send(raw::get("/large"));
    slow.send(raw::get("/large"));
    BOOST_TEST(server.eventually([&] { return server.handler.requests == 2; }));
    BOOST_TEST(server.connections() == 2U);
    BOOST_TEST(slow.read_answer().body.size() == 16U * 1024 * 1024);
    BOOST_TEST(server.eventually([&] { return server.listener().connections() == 1; }));
    BOOST_TEST(slow.ask(raw::get("/a")).status == 200);
}

BOOST_AUTO_TEST_CASE(a_reader_that_takes_nothing_cannot_pile_up_answers)
{
    raw::Server server({.write_timeout = 30s});
    raw::Client stuck(server, "127.0.0.1", 4096);
    std::string requests;
    for (int i = 0; i < 10; ++i)
        requests += raw::get("/large");
    stuck.send(requests);
    std::this_thread::sleep_for(300ms);
    BOOST_TEST(server.requests() == 1);
    for (int i = 0; i < 10; ++i)
        BOOST_TEST(stuck.read_answer().status == 200);
}

BOOST_AUTO_TEST_CASE(lingering_after_a_refusal_ends)
{
    raw::Server server;
    raw::Client client(server);
    client.send("nonsense\r\n\r\n");
    BOOST_TEST(client.read_answer().status == 400);
    for (int i = 0; i < 30; ++i) {
        client.send("more");
        std::this_thread::sleep_for(100ms);
    }
    BOOST_TEST(server.connections() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
