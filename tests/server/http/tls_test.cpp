#include "tests/server/http/raw_tls.hpp"

#include "server/config.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

using namespace std::chrono_literals;

namespace {

// A listener that serves TLS with a certificate of its own.
struct Secure
{
    explicit Secure(http::ListenerLimits limits = {}) : server(limits, "127.0.0.1", &context) {}

    std::optional<std::string> reload()
    {
        return server.on_loop([&] { return context.reload(); });
    }

    raw::CertificateFiles files;
    http::TlsContext context{files.certificate(), files.key()};
    raw::Server server;
};

bool connects(raw::Server const& server, raw::TlsClient::Options const& options)
{
    try {
        raw::TlsClient client(server, options);
        return client.ask(raw::get("/a")).status == 200;
    } catch (std::runtime_error const&) {
        return false;
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(tls)

BOOST_AUTO_TEST_CASE(a_connection_serves_one_request_after_the_other_in_both_versions)
{
    Secure secure;
    for (auto const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        raw::TlsClient client(secure.server, {.version = version});
        for (auto const* target : {"/a", "/b", "/c"}) {
            auto const answer = client.ask(raw::get(target));
            BOOST_TEST(answer.status == 200);
            BOOST_TEST(answer.body == "GET " + std::string(target) + " ");
            BOOST_TEST(answer.header("x-peer") == "127.0.0.1");
        }
    }
}

BOOST_AUTO_TEST_CASE(S_125_old_versions_and_ciphers_without_authentication_are_refused)
{
    Secure secure;
    for (auto const version : {TLS1_VERSION, TLS1_1_VERSION})
        BOOST_TEST(!connects(secure.server, {.version = version}));
    for (auto const* ciphers :
         {"ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0", "ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0",
          "AES128-GCM-SHA256:@SECLEVEL=0", "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0"})
        BOOST_TEST(!connects(secure.server, {.version = TLS1_2_VERSION, .ciphers = ciphers}));
    for (auto const* ciphers :
         {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
          "ECDHE-ECDSA-CHACHA20-POLY1305"})
        BOOST_TEST(connects(secure.server, {.version = TLS1_2_VERSION, .ciphers = ciphers}));
    BOOST_TEST(connects(secure.server, {.version = TLS1_3_VERSION}));
    BOOST_TEST(secure.server.eventually([&] { return secure.server.listener().connections() == 0; })
    );
}

BOOST_AUTO_TEST_CASE(S_125_nothing_is_compressed_resumed_or_negotiated_anew)
{
    Secure secure;
    raw::TlsClient client(secure.server, {.version = TLS1_2_VERSION});
    BOOST_TEST(client.ask(raw::get("/a")).status == 200);
    BOOST_TEST(SSL_get_current_compression(client.handle()) == nullptr);
    BOOST_TEST(SSL_SESSION_has_ticket(SSL_get_session(client.handle())) == 0);
    unsigned size = 0;
    SSL_SESSION_get_id(SSL_get_session(client.handle()), &size);
    BOOST_TEST(size == 0U);
    BOOST_TEST(SSL_renegotiate(client.handle()) == 1);
    BOOST_TEST(SSL_do_handshake(client.handle()) != 1);
    raw::TlsClient newer(secure.server, {.version = TLS1_3_VERSION});
    BOOST_TEST(newer.ask(raw::get("/a")).status == 200);
    BOOST_TEST(SSL_SESSION_is_resumable(SSL_get_session(newer.handle())) == 0);
}

BOOST_AUTO_TEST_CASE(http_1_1_is_the_only_protocol_that_is_agreed_on)
{
    Secure secure;
    raw::TlsClient both(secure.server, {.protocols = "\x02h2\x08http/1.1"});
    BOOST_TEST(both.protocol() == "http/1.1");
    raw::TlsClient other(secure.server, {.protocols = "\x02h2"});
    BOOST_TEST(other.protocol().empty());
    BOOST_TEST(other.ask(raw::get("/a")).status == 200);
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order_however_they_are_cut_into_records)
{
    Secure secure;
    raw::TlsClient client(secure.server);
    std::string requests;
    for (int i = 0; i < 5000; ++i)
        requests += raw::get("/" + std::to_string(i));
    std::thread sender([&] { client.send(requests); });
    sender.join();
    for (int i = 0; i < 5000; ++i)
        BOOST_TEST(client.read_answer().body == "GET /" + std::to_string(i) + " ");
    for (auto const c : raw::post("/x", "hello"))
        client.send({&c, 1});
    BOOST_TEST(client.read_answer().body == "POST /x hello");
}

BOOST_AUTO_TEST_CASE(large_bodies_go_both_ways)
{
    Secure secure;
    for (auto const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        raw::TlsClient client(secure.server, {.version = version});
        std::string body;
        for (int i = 0; body.size() < 1024 * 1024 - 16; ++i)
            body += std::to_string(i);
        BOOST_TEST(client.ask(raw::post("/echo", body)).body == "POST /echo " + body);
        BOOST_TEST(client.ask(raw::get("/large")).body == std::string(16 * 1024 * 1024, 'x'));
        BOOST_TEST(client.ask(raw::get("/a")).status == 200);
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_finishes_sending_still_gets_its_answers)
{
    Secure secure;
    raw::TlsClient client(secure.server);
    client.send(raw::get("/later"));
    SSL_shutdown(client.handle());
    BOOST_TEST(secure.server.eventually([&] { return secure.server.handler.kept.size() == 1; }));
    secure.server.answer_kept(0);
    BOOST_TEST(client.read_answer().body == "GET /later ");
    BOOST_TEST(client.is_closed());
    BOOST_TEST(client.was_told_the_end());
}

BOOST_AUTO_TEST_CASE(a_connection_that_the_server_ends_is_told_so)
{
    Secure secure({.idle_timeout = 1s});
    raw::TlsClient asked(secure.server);
    BOOST_TEST(asked.ask(raw::get("/close")).header("connection") == "close");
    BOOST_TEST(asked.is_closed());
    BOOST_TEST(asked.was_told_the_end());
    raw::TlsClient idle(secure.server);
    BOOST_TEST(idle.is_closed());
    BOOST_TEST(idle.was_told_the_end());
}

BOOST_AUTO_TEST_CASE(S_104_a_handshake_that_trickles_in_is_cut_off)
{
    Secure secure({.handshake_timeout = 1s});
    raw::Client silent(secure.server);
    raw::Client half(secure.server);
    auto const start = std::chrono::steady_clock::now();
    half.send(std::string_view("\x16\x03\x01\x02\x00\x01\x00", 7));
    for (int i = 0; i < 30 && half.is_quiet(100ms); ++i)
        half.send(std::string_view("\0", 1));
    BOOST_TEST(half.is_closed());
    BOOST_TEST(silent.is_closed());
    auto const took = std::chrono::steady_clock::now() - start;
    BOOST_TEST(std::chrono::duration<double>(took).count() > 0.9);
    BOOST_TEST(std::chrono::duration<double>(took).count() < 2.5);
    BOOST_TEST(raw::TlsClient(secure.server).ask(raw::get("/a")).status == 200);
}

BOOST_AUTO_TEST_CASE(what_is_no_tls_is_closed_without_an_answer)
{
    Secure secure;
    for (auto const& text :
         {raw::get("/a"), std::string("\x16\x03\x01\x00\x04????", 9), std::string("SSH-2.0-x\r\n"),
          std::string(100'000, 'x')})
    {
        raw::Client client(secure.server);
        client.send(text);
        BOOST_TEST(client.read_all().find("HTTP") == std::string::npos);
    }
    BOOST_TEST(secure.server.requests() == 0);
    BOOST_TEST(secure.server.eventually([&] { return secure.server.listener().connections() == 0; })
    );
}

BOOST_AUTO_TEST_CASE(a_record_that_was_tampered_with_ends_the_connection)
{
    Secure secure;
    raw::TlsClient client(secure.server);
    BOOST_TEST(client.ask(raw::get("/a")).status == 200);
    std::string const forged = std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x');
    auto const descriptor = SSL_get_fd(client.handle());
    BOOST_TEST(::send(descriptor, forged.data(), forged.size(), 0) == 37);
    BOOST_TEST(client.read_answer().status == 0);
    BOOST_TEST(secure.server.requests() == 1);
}

BOOST_AUTO_TEST_CASE(S_125_a_new_certificate_is_seen_by_new_connections_and_no_open_one_is_touched)
{
    Secure secure;
    raw::TlsClient before(secure.server);
    raw::TlsClient pending(secure.server);
    BOOST_TEST(before.ask(raw::get("/a")).status == 200);
    pending.send(raw::get("/later"));
    BOOST_TEST(secure.server.eventually([&] { return secure.server.handler.kept.size() == 1; }));

    secure.files.replace("second");
    BOOST_TEST(raw::TlsClient(secure.server).peer_name() == "first");
    BOOST_TEST(!secure.reload());
    raw::TlsClient after(secure.server);
    BOOST_TEST(after.peer_name() == "second");
    BOOST_TEST(after.ask(raw::get("/a")).status == 200);
    BOOST_TEST(before.ask(raw::get("/large")).body.size() == 16U * 1024 * 1024);
    secure.server.answer_kept(0);
    BOOST_TEST(pending.read_answer().body == "GET /later ");
}

BOOST_AUTO_TEST_CASE(files_that_are_wrong_leave_the_certificate_in_use)
{
    Secure secure;
    auto const& files = secure.files;
    auto const made = raw::p256_key();
    auto const short_key = raw::rsa_key(1024);
    std::vector<std::pair<std::string, std::function<void()>>> const mistakes{
        {"does not belong to the certificate", [&] { files.write_key(*made); }},
        {"Try: a private key in PEM form without a password",
         [&] { files.write_key(*made, "secret"); }},
        {"key.pem cannot be used", [&] { files.write_text(files.key(), "nonsense"); }},
        {"key.pem: it is empty", [&] { files.write_text(files.key(), ""); }},
        {"Try: chmod 600", [&] { ::chmod(files.key().c_str(), 0640); }},
        {"key.pem: No such file", [&] { std::filesystem::remove(files.key()); }},
        {"is too short", [&] { files.write_certificate("short", *short_key); }},
        {"cert.pem cannot be used", [&] { files.write_text(files.certificate(), "nonsense"); }},
        {"cert.pem: No such file", [&] { std::filesystem::remove(files.certificate()); }}};
    for (auto const& [text, make] : mistakes) {
        secure.files.replace("wrong");
        make();
        auto const error = secure.reload();
        BOOST_TEST((error && error->find(text) != std::string::npos), text << ": " << *error);
        BOOST_TEST(error->find("Try: ") != std::string::npos);
        BOOST_TEST(raw::TlsClient(secure.server).peer_name() == "first");
        BOOST_CHECK_THROW(http::TlsContext(files.certificate(), files.key()), server::ConfigError);
    }
    secure.files.replace("right");
    BOOST_TEST(!secure.reload());
    BOOST_TEST(raw::TlsClient(secure.server).peer_name() == "right");
}

BOOST_AUTO_TEST_CASE(an_expired_certificate_is_served_and_its_times_are_known)
{
    raw::CertificateFiles files;
    files.replace("old", {.from = -48h, .until = -24h});
    http::TlsContext const context{files.certificate(), files.key()};
    auto const now = std::chrono::system_clock::now();
    auto const off = context.certificate().valid_until - (now - 24h);
    BOOST_TEST(std::chrono::abs(off) < 1min);
    BOOST_TEST((context.certificate().valid_from < now - 47h));
    raw::Server server({}, "127.0.0.1", &context);
    BOOST_TEST(raw::TlsClient(server).ask(raw::get("/a")).status == 200);
}

BOOST_AUTO_TEST_CASE(key_updates_are_followed_between_requests)
{
    Secure secure;
    raw::TlsClient client(secure.server, {.version = TLS1_3_VERSION});
    for (int i = 0; i < 50; ++i) {
        BOOST_TEST(SSL_key_update(client.handle(), SSL_KEY_UPDATE_REQUESTED) == 1);
        BOOST_TEST(client.ask(raw::get("/a")).status == 200);
    }
}

BOOST_AUTO_TEST_CASE(S_103_the_count_of_connections_never_drifts_over_tls)
{
    Secure secure;
    for (int i = 0; i < 300; ++i) {
        if (i % 3 == 0) {
            raw::Client client(secure.server);
            client.send(i % 2 == 0 ? std::string_view("\x16\x03\x01\x02", 4) : "GET");
            if (i % 4 == 0)
                client.reset();
            continue;
        }
        raw::TlsClient client(secure.server);
        client.send(i % 20 == 1 ? raw::get("/large") : i % 2 == 0 ? raw::get("/a") : "GET / HT");
        if (i % 5 == 0)
            client.reset();
    }
    BOOST_TEST(secure.server.eventually([&] { return secure.server.listener().connections() == 0; })
    );
}

BOOST_AUTO_TEST_CASE(a_reader_that_takes_nothing_is_dropped_over_tls_too)
{
    Secure secure({.write_timeout = 1s});
    raw::TlsClient stuck(secure.server, {.receive_buffer = 4096});
    raw::TlsClient slow(secure.server, {.receive_buffer = 4096});
    stuck.send(raw::get("/large"));
    slow.send(raw::get("/large"));
    BOOST_TEST(slow.read_answer().body.size() == 16U * 1024 * 1024);
    BOOST_TEST(secure.server.eventually([&] { return secure.server.listener().connections() == 1; })
    );
    BOOST_TEST(slow.ask(raw::get("/a")).status == 200);
}

BOOST_AUTO_TEST_CASE(draining_waits_for_the_pending_answer_over_tls)
{
    Secure secure;
    raw::TlsClient idle(secure.server);
    raw::TlsClient pending(secure.server);
    BOOST_TEST(idle.ask(raw::get("/a")).status == 200);
    pending.send(raw::get("/later"));
    BOOST_TEST(secure.server.eventually([&] { return secure.server.handler.kept.size() == 1; }));
    std::promise<void> drained;
    auto done = drained.get_future();
    secure.server.on_loop([&] { secure.server.listener().drain([&] { drained.set_value(); }); });
    BOOST_TEST(idle.is_closed());
    BOOST_TEST(idle.was_told_the_end());
    BOOST_TEST((done.wait_for(100ms) == std::future_status::timeout));
    secure.server.answer_kept(0);
    BOOST_TEST(pending.read_answer().header("connection") == "close");
    pending.close();
    BOOST_TEST((done.wait_for(3s) == std::future_status::ready));
}

BOOST_AUTO_TEST_SUITE_END()
