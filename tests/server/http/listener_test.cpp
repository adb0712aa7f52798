#include "server/http/listener_state.hpp"
#include "tests/server/http/raw_http.hpp"

#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/resource.h>

using namespace std::chrono_literals;

namespace {

// Starts to drain; the future is ready when the listener says that it has.
std::future<void> drain(raw::Server& server)
{
    auto drained = std::make_shared<std::promise<void>>();
    auto result = drained->get_future();
    server.on_loop([&] { server.listener().drain([drained] { drained->set_value(); }); });
    return result;
}

bool is_ready(std::future<void> const& future, std::chrono::milliseconds time)
{
    return future.wait_for(time) == std::future_status::ready;
}

} // namespace

BOOST_AUTO_TEST_SUITE(listener)

BOOST_AUTO_TEST_CASE(an_address_in_use_is_named)
{
    raw::Server server;
    boost::asio::io_context loop;
    boost::asio::ip::tcp::endpoint const taken(
        boost::asio::ip::make_address("127.0.0.1"), server.port()
    );
    auto const names_it = [&](boost::system::system_error const& error) {
        return std::string(error.what()).find("127.0.0.1:" + std::to_string(server.port())) !=
               std::string::npos;
    };
    BOOST_CHECK_EXCEPTION(
        http::Listener(loop, taken, server.handler), boost::system::system_error, names_it
    );
}

BOOST_AUTO_TEST_CASE(S_103_connections_above_the_cap_are_closed_and_later_ones_served)
{
    raw::Server server({.connections_max = 2});
    auto first = std::make_unique<raw::Client>(server);
    raw::Client second(server);
    BOOST_TEST(first->ask(raw::get("/a")).status == 200);
    BOOST_TEST(second.ask(raw::get("/a")).status == 200);
    BOOST_TEST(raw::Client(server).is_closed());
    first.reset();
    BOOST_TEST(server.eventually([&] { return server.listener().connections() == 1; }));
    BOOST_TEST(raw::Client(server).ask(raw::get("/a")).status == 200);
}

BOOST_AUTO_TEST_CASE(S_103_connections_of_one_address_are_capped_apart)
{
    raw::Server server({.connections_per_address_max = 1});
    raw::Client first(server, "127.0.0.2");
    BOOST_TEST(first.ask(raw::get("/a")).status == 200);
    BOOST_TEST(raw::Client(server, "127.0.0.2").is_closed());
    BOOST_TEST(raw::Client(server, "127.0.0.3").ask(raw::get("/a")).status == 200);
    first.close();
    BOOST_TEST(server.eventually([&] { return server.listener().connections() == 0; }));
    BOOST_TEST(raw::Client(server, "127.0.0.2").ask(raw::get("/a")).status == 200);
}

BOOST_AUTO_TEST_CASE(an_ipv6_client_is_counted_by_its_network)
{
    auto const network = [](char const* text) {
        return http::network_of(boost::asio::ip::make_address(text));
    };
    BOOST_TEST(network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9"));
    BOOST_TEST(network("2001:db8:1:2::1") != network("2001:db8:1:3::1"));
    BOOST_TEST(network("192.0.2.1") != network("192.0.2.2"));
    BOOST_TEST(network("::ffff:192.0.2.1") == network("192.0.2.1"));
}

BOOST_AUTO_TEST_CASE(S_103_the_count_of_connections_never_drifts)
{
    raw::Server server;
    std::vector<std::string> const beginnings{
        "",
        "GET",
        raw::get("/a"),
        raw::get("/later"),
        "nonsense\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"};
    for (std::size_t i = 0; i < 10'000; ++i) {
        raw::Client client(server);
        client.send(beginnings[i % beginnings.size()]);
        if (i % 2 == 0)
            client.reset();
    }
    // Those that were only closed may still wait for the answer to /later.
    server.on_loop([&] {
        for (auto& [respond, response] : server.handler.kept)
            respond(response);
    });
    BOOST_TEST(server.eventually([&] {
        for (auto& [respond, response] : server.handler.kept)
            respond(response);
        return server.listener().connections() == 0;
    }));
}

BOOST_AUTO_TEST_CASE(draining_waits_for_the_pending_answer_and_for_nothing_else)
{
    raw::Server server;
    raw::Client idle(server);
    raw::Client used(server);
    raw::Client pending(server);
    BOOST_TEST(used.ask(raw::get("/a")).status == 200);
    pending.send(raw::get("/later"));
    BOOST_TEST(server.eventually([&] {
        return server.handler.kept.size() == 1 && server.listener().connections() == 3;
    }));
    auto const drained = drain(server);
    BOOST_TEST(idle.is_closed());
    BOOST_TEST(used.is_closed());
    BOOST_CHECK_THROW(raw::Client{server}, std::runtime_error);
    BOOST_TEST(!is_ready(drained, 100ms));
    server.answer_kept(0);
    auto const answer = pending.read_answer();
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.header("connection") == "close");
    BOOST_TEST(pending.is_closed());
    pending.close();
    BOOST_TEST(is_ready(drained, 1000ms));
}

BOOST_AUTO_TEST_CASE(draining_lets_a_request_that_is_arriving_finish)
{
    raw::Server server;
    raw::Client client(server);
    client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
    std::this_thread::sleep_for(50ms);
    auto const drained = drain(server);
    auto const answer = client.ask("llo");
    BOOST_TEST(answer.body == "POST /x hello");
    BOOST_TEST(answer.header("connection") == "close");
    client.close();
    BOOST_TEST(is_ready(drained, 1000ms));
}

BOOST_AUTO_TEST_CASE(draining_serves_who_connected_and_asked_before)
{
    raw::Server server;
    std::promise<void> blocked;
    std::promise<void> release;
    std::promise<void> drained;
    auto const released = release.get_future().share();
    std::thread blocker([&] {
        server.on_loop([&] {
            blocked.set_value();
            released.wait();
            server.listener().drain([&] { drained.set_value(); });
        });
    });
    blocked.get_future().wait();
    raw::Client client(server); // the loop has not seen it when the drain begins
    client.send(raw::get("/a"));
    release.set_value();
    auto const answer = client.read_answer();
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.header("connection") == "close");
    client.close();
    blocker.join();
    BOOST_TEST(is_ready(drained.get_future(), 1000ms));
}

BOOST_AUTO_TEST_CASE(draining_an_unused_listener_is_immediate)
{
    raw::Server server;
    BOOST_TEST(is_ready(drain(server), 1000ms));
}

BOOST_AUTO_TEST_CASE(closing_ends_every_connection_now)
{
    raw::Server server;
    raw::Client pending(server);
    pending.send(raw::get("/later"));
    BOOST_TEST(server.eventually([&] { return server.handler.kept.size() == 1; }));
    server.on_loop([&] { server.listener().close(); });
    BOOST_TEST(pending.is_closed());
    BOOST_TEST(server.connections() == 0U);
    server.answer_kept(0);
}

// without descriptors a new client is turned away at once and the open ones are served.
BOOST_AUTO_TEST_CASE(running_out_of_descriptors_turns_away_only_new_connections)
{
    raw::Server server;
    raw::Client open(server);
    BOOST_TEST(open.ask(raw::get("/a")).status == 200);
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    int const next = ::dup(0);
    ::close(next);
    std::vector<std::unique_ptr<raw::Client>> clients;
    // Room for the client's own end of a connection, not for the server's.
    rlimit const tight{.rlim_cur = static_cast<rlim_t>(next) + 1, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &tight);
    {
        raw::Client refused(server);
        BOOST_TEST(refused.is_closed());
        BOOST_TEST(open.ask(raw::get("/b")).status == 200);
    }
    {
        raw::Client refused_again(server);
        BOOST_TEST(refused_again.is_closed());
    }
    setrlimit(RLIMIT_NOFILE, &before);
    BOOST_TEST(raw::Client(server).ask(raw::get("/c")).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
