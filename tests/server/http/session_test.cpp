#include "tests/server/http/raw_http.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <random>

using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(session)

BOOST_AUTO_TEST_CASE(a_connection_serves_one_request_after_the_other)
{
    raw::Server server;
    raw::Client client(server);
    for (auto const* target : {"/a", "/b", "/c"}) {
        auto const answer = client.ask(raw::get(target));
        BOOST_TEST(answer.status == 200);
        BOOST_TEST(answer.body == "GET " + std::string(target) + " ");
        BOOST_TEST(answer.header("date").ends_with(" GMT"));
        BOOST_TEST(answer.header("date").size() == 29U);
        BOOST_TEST(answer.header("connection").empty());
        BOOST_TEST(answer.header("server").empty());
    }
    BOOST_TEST(server.connections() == 1U);
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order_whenever_their_answers_come)
{
    raw::Server server;
    raw::Client client(server);
    client.send(
        raw::get("/later/0") + raw::get("/now") + raw::get("/later/1") + raw::get("/later/2")
    );
    BOOST_TEST(server.eventually([&] { return server.handler.kept.size() == 3; }));
    server.answer_kept(2);
    server.answer_kept(1);
    BOOST_TEST(client.is_quiet(std::chrono::milliseconds(100)));
    server.answer_kept(0);
    for (auto const* target : {"/later/0", "/now", "/later/1", "/later/2"})
        BOOST_TEST(client.read_answer().body == "GET " + std::string(target) + " ");
}

// RFC 9112 section 9.3.2
BOOST_AUTO_TEST_CASE(what_is_pipelined_behind_a_change_begins_after_its_answer)
{
    raw::Server server;
    raw::Client client(server);
    client.send(
        raw::get("/later/0") + "DELETE /later/1 HTTP/1.1\r\nHost: x\r\n\r\n" + raw::get("/a") +
        raw::get("/b")
    );
    BOOST_TEST(server.eventually([&] { return server.handler.kept.size() == 2; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    BOOST_TEST(server.requests() == 2);
    server.answer_kept(1);
    BOOST_TEST(server.eventually([&] { return server.handler.requests == 4; }));
    server.answer_kept(0);
    for (auto const* text : {"GET /later/0 ", "DELETE /later/1 ", "GET /a ", "GET /b "})
        BOOST_TEST(client.read_answer().body == text);
}

BOOST_AUTO_TEST_CASE(S_104_no_more_requests_are_in_flight_than_the_pipeline_allows)
{
    raw::Server server({.pipeline_max = 4});
    raw::Client client(server);
    std::string requests;
    for (int i = 0; i < 10; ++i)
        requests += raw::get("/later/" + std::to_string(i));
    client.send(requests);
    for (std::size_t answered = 0; answered < 10; ++answered) {
        auto const in_flight = std::min<std::size_t>(answered + 4, 10);
        BOOST_TEST(server.eventually([&] { return server.handler.kept.size() == in_flight; }));
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        BOOST_TEST(server.requests() == static_cast<int>(in_flight));
        server.answer_kept(answered);
        BOOST_TEST(client.read_answer().body == "GET /later/" + std::to_string(answered) + " ");
    }
}

BOOST_AUTO_TEST_CASE(a_long_pipeline_neither_recurses_nor_starves_other_connections)
{
    raw::Server server;
    raw::Client greedy(server);
    std::string requests;
    for (int i = 0; i < 50'000; ++i)
        requests += raw::get("/a");
    std::thread sender([&] { greedy.send(requests); });
    raw::Client modest(server);
    BOOST_TEST(modest.ask(raw::get("/modest")).status == 200);
    BOOST_TEST(server.requests() < 50'000);
    int answers = 0;
    while (answers < 50'000 && greedy.read_answer().status == 200)
        ++answers;
    sender.join();
    BOOST_TEST(answers == 50'000);
}

BOOST_AUTO_TEST_CASE(one_connection_gets_no_more_than_a_pipeline_of_requests_a_turn)
{
    raw::Server server({.pipeline_max = 4});
    std::atomic<bool> done = false;
    int seen = 0;
    int most = 0;
    std::function<void()> watch = [&] {
        most =
            std::max(most, server.handler.requests - std::exchange(seen, server.handler.requests));
        if (!done)
            boost::asio::post(server.loop(), watch);
    };
    server.on_loop(watch);
    raw::Client client(server);
    std::string requests;
    for (int i = 0; i < 100; ++i)
        requests += raw::get("/a");
    client.send(requests);
    for (int i = 0; i < 100; ++i)
        BOOST_TEST(client.read_answer().status == 200);
    done = true;
    server.on_loop([] {});
    BOOST_TEST(most == 4);
}

BOOST_AUTO_TEST_CASE(head_gets_the_length_but_no_body)
{
    raw::Server server;
    raw::Client client(server);
    client.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n" + raw::get("/b"));
    auto const answer = client.read_answer(true);
    BOOST_TEST(answer.header("content-length") == "8");
    BOOST_TEST(client.read_answer().body == "GET /b ");
}

BOOST_AUTO_TEST_CASE(no_content_has_neither_body_nor_length)
{
    raw::Server server;
    raw::Client client(server);
    client.send(raw::get("/empty") + raw::get("/b"));
    auto const answer = client.read_answer();
    BOOST_TEST(answer.status == 204);
    BOOST_TEST(answer.headers.count("content-length") == 0U);
    BOOST_TEST(client.read_answer().body == "GET /b ");
}

BOOST_AUTO_TEST_CASE(the_connection_closes_when_either_side_asks_for_it)
{
    raw::Server server;
    for (auto const& request :
         {std::string("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n"),
          std::string("GET / HTTP/1.0\r\n\r\n"), raw::get("/close")})
    {
        BOOST_TEST_CONTEXT(request)
        {
            raw::Client client(server);
            auto const answer = client.ask(request + raw::get("/after"));
            BOOST_TEST(answer.status == 200);
            BOOST_TEST(answer.header("connection") == "close");
            BOOST_TEST(client.is_closed());
            BOOST_TEST(server.last().target != "/after");
        }
    }
}

BOOST_AUTO_TEST_CASE(http_1_0_keeps_the_connection_when_it_asks_to)
{
    raw::Server server;
    raw::Client client(server);
    for (int i = 0; i < 2; ++i) {
        auto const answer = client.ask("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        BOOST_TEST(answer.header("connection") == "keep-alive");
    }
}

BOOST_AUTO_TEST_CASE(a_body_arrives_whole_however_it_is_sent)
{
    raw::Server server;
    raw::Client client(server);
    std::string body(1024 * 1024, 'b');
    auto const answer = client.ask(raw::post("/x", body));
    BOOST_TEST((answer.body == "POST /x " + body));
    for (char const c : raw::post("/slow", "hello")) {
        client.send({&c, 1});
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    BOOST_TEST(client.read_answer().body == "POST /slow hello");
}

BOOST_AUTO_TEST_CASE(S_105_a_body_over_the_limit_is_refused_before_it_is_read)
{
    raw::Server server;
    std::string const head = "POST /small HTTP/1.1\r\nHost: a\r\n";
    for (auto const& request :
         {head + "Content-Length: 11\r\n\r\n",
          head + "Content-Length: 11\r\nExpect: 100-continue\r\n\r\n",
          head + "Transfer-Encoding: chunked\r\n\r\nB\r\n",
          head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n",
          head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n"})
    {
        BOOST_TEST_CONTEXT(request)
        {
            raw::Client client(server);
            auto const answer = client.ask(request);
            BOOST_TEST(answer.status == 413);
            BOOST_TEST(answer.header("connection") == "close");
            BOOST_TEST(client.beyond().empty());
        }
    }
    raw::Client client(server);
    BOOST_TEST(client.ask(raw::post("/small", "just right")).status == 200);
    BOOST_TEST(server.requests() == 1);
}

BOOST_AUTO_TEST_CASE(a_client_that_sends_the_refused_body_anyway_still_sees_the_answer)
{
    raw::Server server;
    raw::Client client(server);
    BOOST_TEST(client.send(raw::post("/small", std::string(1'500'000, 'b'))));
    BOOST_TEST(client.read_answer().status == 413);
    BOOST_TEST(client.is_closed());
    BOOST_TEST(!client.was_reset());
}

BOOST_AUTO_TEST_CASE(continue_is_sent_when_the_body_may_come_and_in_its_place)
{
    raw::Server server;
    raw::Client client(server);
    std::string const head =
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n";
    client.send(raw::get("/later") + head);
    BOOST_TEST(server.eventually([&] { return server.handler.kept.size() == 1; }));
    BOOST_TEST(client.is_quiet(std::chrono::milliseconds(100)));
    server.answer_kept(0);
    BOOST_TEST(client.read_answer().body == "GET /later ");
    BOOST_TEST(client.read_answer().status == 100);
    BOOST_TEST(client.ask("hello").body == "POST /x hello");
    // No 100 is sent for a body that is already there.
    BOOST_TEST(client.ask(head + "hello").body == "POST /x hello");
}

BOOST_AUTO_TEST_CASE(a_failing_handler_is_answered_500_once)
{
    raw::Server server;
    for (auto const& request : {raw::get("/throw"), raw::post("/throw-early", "hello")}) {
        raw::Client client(server);
        client.send(raw::get("/a") + request + raw::get("/after"));
        BOOST_TEST(client.read_answer().status == 200);
        auto const answer = client.read_answer();
        BOOST_TEST(answer.status == 500);
        BOOST_TEST(answer.body.find("a bug") == std::string::npos);
        BOOST_TEST(client.is_closed());
    }
}

BOOST_AUTO_TEST_CASE(a_header_of_the_handler_cannot_break_the_answer)
{
    raw::Server server;
    raw::Client client(server);
    auto const answer = client.ask(raw::get("/split"));
    BOOST_TEST(answer.headers.count("x-injected") == 0U);
    BOOST_TEST(answer.headers.count("location") == 0U);
    BOOST_TEST(answer.headers.count("content-length") == 1U);
    BOOST_TEST(answer.body == "GET /split ");
}

BOOST_AUTO_TEST_CASE(an_answer_to_a_client_that_has_gone_is_harmless)
{
    raw::Server server;
    for (int i = 0; i < 4; ++i) {
        raw::Client client(server);
        client.send(raw::get("/later") + raw::get("/later"));
        auto const kept = static_cast<std::size_t>(2 * i + 2);
        BOOST_TEST(server.eventually([&] { return server.handler.kept.size() == kept; }));
        client.reset();
    }
    BOOST_TEST(server.eventually([&] { return server.listener().connections() == 0; }));
    for (std::size_t i = 0; i < 8; ++i)
        server.answer_kept(i);
    for (std::size_t i = 0; i < 8; ++i)
        server.answer_kept(i); // a second time is harmless as well
    BOOST_TEST(raw::Client(server).ask(raw::get("/a")).status == 200);
}

BOOST_AUTO_TEST_CASE(a_client_that_finished_sending_gets_its_answers)
{
    raw::Server server;
    raw::Client client(server);
    client.send(raw::get("/later") + raw::get("/b"));
    client.finish_sending();
    BOOST_TEST(server.eventually([&] { return server.handler.requests == 2; }));
    server.answer_kept(0);
    BOOST_TEST(client.read_answer().body == "GET /later ");
    BOOST_TEST(client.read_answer().body == "GET /b ");
    BOOST_TEST(client.is_closed());
}

BOOST_AUTO_TEST_CASE(a_request_that_ends_early_is_refused)
{
    raw::Server server;
    for (auto const* request :
         {"GET", "GET / HTTP/1.1\r\nHost: a\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell"})
    {
        raw::Client client(server);
        client.send(request);
        client.finish_sending();
        BOOST_TEST(client.read_answer().status == 400, request);
        BOOST_TEST(client.is_closed());
    }
    BOOST_TEST(server.requests() == 0);
}

// Anything may come: the server answers or closes, and goes on.
BOOST_AUTO_TEST_CASE(random_mutations_of_requests_are_answered_or_closed)
{
    raw::Server server;
    std::mt19937 random(20'240'601);
    auto const below = [&](std::size_t count) { return random() % count; };
    std::vector<std::string> const seeds{
        raw::get("/a?b=c") + raw::get("/d"),
        raw::post("/x", "{\"a\":1}") + raw::get("/d"),
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n"
        "0\r\nX: y\r\n\r\n" +
            raw::get("/d"),
        "HEAD / HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n\r\n" +
            raw::get("/d"),
    };
    auto const bytes = "\r\n \t:;,0159aF/\0\x80\xff[]+-"s;
    for (int round = 0; round < 20'000; ++round) {
        auto text = seeds[below(seeds.size())];
        for (auto mutations = 1 + below(4); mutations > 0 && !text.empty(); --mutations) {
            auto const at = below(text.size());
            switch (below(4)) {
            case 0:
                text[at] = bytes[below(bytes.size())];
                break;
            case 1:
                text.insert(at, 1, bytes[below(bytes.size())]);
                break;
            case 2:
                text.erase(at, 1 + below(8));
                break;
            default:
                text.insert(below(text.size()), text.substr(at, 1 + below(30)));
                break;
            }
        }
        raw::Client client(server);
        client.send(text);
        client.finish_sending();
        try {
            auto const answers = client.read_all();
            if (!answers.empty() && !answers.starts_with("HTTP/1.1 "))
                BOOST_ERROR("round " << round << " answered " << answers);
        } catch (std::exception const& error) {
            BOOST_ERROR("round " << round << ": " << error.what() << "\n" << text);
        }
    }
    BOOST_TEST(server.eventually([&] { return server.listener().connections() == 0; }));
    BOOST_TEST(raw::Client(server).ask(raw::get("/a")).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
