// Confirming an e-mail address: the link, its life, and who gets the address.
#include "storage/developers.hpp"
#include "storage/mails.hpp"
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace support;

namespace {

struct ConfirmationServer : ApiServer
{
    using ApiServer::ApiServer;

    Answer ask(std::string const& email, std::string const& key)
    {
        return send("POST", "/v1/signup/verify", R"({"email":")" + email + R"("})", {.key = key});
    }
    Answer ask(std::string const& email) { return ask(email, live_key); }

    // The secret of the newest queued mail's link, as the job that sends it reads it.
    std::string newest_secret()
    {
        auto const mails = storage::list_due_mails(app.reader, app.clock.now() + day, 1000);
        BOOST_REQUIRE(!mails.empty());
        auto const& mail = *std::ranges::max_element(mails, {}, &storage::Mail::id);
        auto const secret = app.keys.open_sealed(
            app.reader, "mail", mail.developer_id, mail.id, "token", mail.sealed_token.value()
        );
        BOOST_REQUIRE(secret.has_value());
        return std::string{secret->view()};
    }
    std::string ask_for_secret(std::string const& email, std::string const& key)
    {
        BOOST_REQUIRE_EQUAL(ask(email, key).status, 201);
        return newest_secret();
    }
    Answer open(std::string const& secret)
    {
        return send("GET", "/v1/signup/verify/" + secret, "", {});
    }
    boost::json::object profile(std::string const& key)
    {
        return send("GET", "/v1/me", "", {.key = key}).json().as_object();
    }

    static constexpr std::chrono::hours day{24};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(email_confirmation, ConfirmationServer)

BOOST_AUTO_TEST_CASE(opening_the_link_binds_the_address_and_opening_it_again_says_the_same)
{
    auto const asked = ask(" Ops@Nimbus.Example ");
    BOOST_REQUIRE_EQUAL(asked.status, 201);
    expect_members(asked, "message expiresAt");
    BOOST_TEST(asked.text("message") == "Verification message queued");
    BOOST_TEST(asked.text("expiresAt") == "2026-03-03T09:00:00.000Z");
    auto const secret = newest_secret();
    BOOST_TEST(is_secret(secret));
    BOOST_TEST(profile(live_key).at("email").is_null()); // asking binds nothing
    BOOST_TEST(!profile(live_key).at("emailVerified").as_bool());

    auto const first = open(secret);
    BOOST_REQUIRE_EQUAL(first.status, 200);
    expect_members(first, "message email");
    BOOST_TEST(first.text("email") == "ops@nimbus.example");
    BOOST_TEST(profile(live_key).at("email").as_string() == "ops@nimbus.example");
    BOOST_TEST(profile(live_key).at("emailVerified").as_bool());

    for (int i = 0; i < 2; ++i) {
        auto const again = open(secret);
        BOOST_REQUIRE_EQUAL(again.status, 200);
        expect_members(again, "message");
        advance(std::chrono::hours{48}); // used stays used, also past its time
    }
}

BOOST_AUTO_TEST_CASE(a_browser_gets_json_too_and_credentials_are_not_looked_at)
{
    auto const secret = ask_for_secret("ops@nimbus.example", live_key);
    auto const answer = send(
        "GET", "/v1/signup/verify/" + secret, "",
        {.key = "gx_live_of_nobody_at_all", .headers = {{"accept", "text/html"}}}
    );
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.header("Content-Type") == "application/json; charset=utf-8");
    BOOST_TEST(answer.header("Cache-Control") == "no-store");
}

BOOST_AUTO_TEST_CASE(a_link_works_for_24_hours)
{
    auto const secret = ask_for_secret("ops@nimbus.example", live_key);
    advance(day - std::chrono::milliseconds{1});
    auto const last_moment = ask_for_secret("last@nimbus.example", sandbox_key);
    advance(std::chrono::milliseconds{1});
    expect_error(open(secret), 400, "TOKEN_EXPIRED");
    BOOST_TEST(!profile(live_key).at("emailVerified").as_bool());
    advance(day - std::chrono::milliseconds{2});
    BOOST_TEST(open(last_moment).status == 200);
    advance(std::chrono::days{29});
    expect_error(open(secret), 400, "TOKEN_EXPIRED"); // it still says why
}

BOOST_AUTO_TEST_CASE(an_unknown_link_is_not_found)
{
    ask("ops@nimbus.example");
    auto const hash = app.reader.list<std::string>("SELECT token_hash FROM email_tokens").front();
    auto const id = app.reader.list<std::string>("SELECT id FROM email_tokens").front();
    for (auto const& guess : {std::string(43, 'a'), std::string{"x"}, hash, id, std::string{"%00"}})
        expect_error(open(guess), 404, "NOT_FOUND");
    expect_error(open(std::string(513, 'a')), 414, "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(the_address_of_another_developer_is_refused_and_the_link_stays)
{
    send("POST", "/v1/signup", R"({"name":"a","email":"ops@nimbus.example"})", {});
    // Asking tells nobody whose address it is.
    auto const secret = ask_for_secret("ops@nimbus.example", live_key);
    expect_error(open(secret), 409, "EMAIL_TAKEN", "Address belongs to another account");
    BOOST_TEST(profile(live_key).at("email").is_null());
    app.writer.execute("UPDATE developers SET email = NULL WHERE email = 'ops@nimbus.example'");
    BOOST_TEST(open(secret).status == 200);
}

BOOST_AUTO_TEST_CASE(of_two_confirmations_of_one_address_at_once_exactly_one_wins)
{
    auto const first = ask_for_secret("ops@nimbus.example", live_key);
    auto const second = ask_for_secret("ops@nimbus.example", sandbox_key);
    std::vector<Answer> answers;
    for (auto const& secret : {second, first})
        start("GET", "/v1/signup/verify/" + secret, "", {}, answers);
    run_until(answers, 2);
    BOOST_TEST(answers[0].status == 200);
    expect_error(answers[1], 409, "EMAIL_TAKEN");
    BOOST_TEST(profile(sandbox_key).at("emailVerified").as_bool());
    BOOST_TEST(profile(live_key).at("email").is_null());
}

BOOST_AUTO_TEST_CASE(one_link_opened_twice_at_once_is_confirmed_once)
{
    auto const secret = ask_for_secret("ops@nimbus.example", live_key);
    std::vector<Answer> answers;
    for (int i = 0; i < 2; ++i)
        start("GET", "/v1/signup/verify/" + secret, "", {}, answers);
    run_until(answers, 2);
    expect_members(answers[0], "message email");
    expect_members(answers[1], "message");
}

BOOST_AUTO_TEST_CASE(a_confirmed_address_can_be_replaced_by_another)
{
    open(ask_for_secret("old@nimbus.example", live_key));
    open(ask_for_secret("new@nimbus.example", live_key));
    BOOST_TEST(profile(live_key).at("email").as_string() == "new@nimbus.example");
    // The old one is free again.
    BOOST_TEST(open(ask_for_secret("old@nimbus.example", sandbox_key)).status == 200);
}

BOOST_AUTO_TEST_CASE(bad_addresses_are_refused_and_leave_nothing)
{
    for (auto const* const body :
         {"", "{}", R"({"email":null})", R"({"email":5})", R"({"email":""})", R"({"email":"  "})",
          R"({"email":"x"})", R"({"email":"a@b"})", R"({"email":"a b@c.d"})",
          R"({"email":"a@b.c\r\nBcc: x@y.z"})", R"({"email":"a@b.c\u0000"})",
          R"({"email":"a>@b.c"})", R"({"email":"<a@b.c>"})", R"({"email":"a\u00a0b@c.d"})",
          R"({"email":"a@b.c,d@e.f"})", R"({"email":["a@b.c"]})"})
        BOOST_TEST_CONTEXT(body)
    expect_error(post("/v1/signup/verify", body), 400, "BAD_REQUEST");
    expect_error(ask(std::string(251, 'a') + "@b.c"), 400, "BAD_REQUEST");
    expect_error(ask("a@b.c", ""), 401, "UNAUTHORIZED");
    BOOST_TEST(rows_of(*this, "email_tokens") == 0);
    BOOST_TEST(rows_of(*this, "mails") == 0);
}

BOOST_AUTO_TEST_CASE(a_developer_has_at_most_five_links_and_the_oldest_goes)
{
    auto const others = ask_for_secret("other@nimbus.example", sandbox_key);
    std::vector<std::string> secrets;
    for (int i = 0; i < 7; ++i)
        secrets.push_back(ask_for_secret("ops" + std::to_string(i) + "@nimbus.example", live_key));
    BOOST_TEST(rows_of(*this, "email_tokens") == 6);
    BOOST_TEST(rows_of(*this, "mails") == 6); // a link that is gone is not mailed either
    for (int i = 0; i < 7; ++i)
        BOOST_TEST(open(secrets[static_cast<std::size_t>(i)]).status == (i < 2 ? 404U : 200U));
    BOOST_TEST(open(others).status == 200);
}

BOOST_AUTO_TEST_CASE(more_than_twenty_mails_an_hour_wait_for_their_turn)
{
    auto const due_now = [&] {
        return storage::list_due_mails(app.reader, app.clock.now(), 1000).size();
    };
    for (int i = 0; i < 20; ++i) {
        ask("ops@nimbus.example");
        BOOST_REQUIRE(due_now() == 1U);
        app.writer.execute("UPDATE mails SET due_at = NULL, sealed_token = NULL"); // sent
    }
    BOOST_TEST(ask("ops@nimbus.example").status == 201);
    BOOST_TEST(due_now() == 0U);
    BOOST_TEST(ask("ops@nimbus.example", sandbox_key).status == 201);
    BOOST_TEST(due_now() == 1U);
    advance(std::chrono::hours{1});
    BOOST_TEST(due_now() == 2U);
}

BOOST_AUTO_TEST_CASE(the_secret_is_stored_sealed_until_the_mail_is_sent_and_hashed_for_ever)
{
    auto const secret = ask_for_secret("ops@nimbus.example", live_key);
    for (auto const* const columns :
         {"SELECT id || token_hash || email FROM email_tokens",
          "SELECT id || recipient || sealed_token FROM mails"})
    {
        SQLite::Statement rows{app.reader.connection(), columns};
        while (rows.executeStep())
            BOOST_TEST(rows.getColumn(0).getString().find(secret) == std::string::npos);
    }
    open(secret);
    BOOST_TEST(log_text.find(secret) == std::string::npos);
    BOOST_TEST(log_text.find("GET /v1/signup/verify/{token} 200") != std::string::npos);
    BOOST_TEST(app.reader.list<std::int64_t>("SELECT COUNT(sealed_token) FROM mails").front() == 0);
}

BOOST_AUTO_TEST_CASE(the_idempotency_key_gives_the_first_answer_and_no_second_mail)
{
    auto const keyed = [&](std::string const& email) {
        return send(
            "POST", "/v1/signup/verify", R"({"email":")" + email + R"("})",
            {.key = live_key, .headers = {{"idempotency-key", "k"}}}
        );
    };
    auto const first = keyed("ops@nimbus.example");
    BOOST_REQUIRE_EQUAL(first.status, 201);
    advance(std::chrono::minutes{1});
    auto const again = keyed("ops@nimbus.example");
    BOOST_TEST(again.body == first.body);
    BOOST_TEST(again.header("Idempotent-Replayed") == "true");
    expect_error(keyed("a@b.c"), 422, "IDEMPOTENCY_KEY_REUSED");
    BOOST_TEST(rows_of(*this, "mails") == 1);
}

BOOST_AUTO_TEST_CASE(what_expired_is_purged_a_few_rows_at_a_time)
{
    for (int i = 0; i < 5; ++i)
        ask("ops@nimbus.example");
    app.writer.execute("UPDATE mails SET due_at = NULL, sealed_token = NULL");
    advance(day + std::chrono::days{30});
    ask("ops@nimbus.example", sandbox_key);
    BOOST_TEST(rows_of(*this, "email_tokens") == 2);
    BOOST_TEST(rows_of(*this, "mails") == 2);
    ask("ops@nimbus.example", sandbox_key);
    BOOST_TEST(rows_of(*this, "email_tokens") == 2);
}

BOOST_AUTO_TEST_CASE(links_are_limited_by_address_like_sign_ups)
{
    ConfirmationServer limited{server::Flags{{"rate-profile", "appliance"}, {"rate-signup", "2"}}};
    BOOST_TEST(limited.open("x").header("X-RateLimit-Limit") == "2");
    BOOST_TEST(limited.open("x").status == 404);
    expect_error(limited.open("x"), 429, "RATE_LIMIT_EXCEEDED");
    BOOST_TEST(limited.ask("a@b.c").status == 201); // no bucket of its own
}

BOOST_AUTO_TEST_CASE(a_seeded_developer_that_changed_its_address_is_still_the_seeded_one)
{
    auto const config = server::read_config({{"dev", "true"}}, {});
    auto const now = app.clock.now();
    auto const first = server::plant_seeds(app.writer, app.ids, now, config);
    open(ask_for_secret("me@nimbus.example", first.live_key));
    auto const before = rows_of(*this, "developers");
    auto const second = server::plant_seeds(app.writer, app.ids, now, config);
    BOOST_TEST(second.live_key.empty());
    BOOST_TEST(rows_of(*this, "developers") == before);
}

BOOST_AUTO_TEST_SUITE_END()
