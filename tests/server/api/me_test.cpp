// The developer's own account: signing up, the profile, replacing the key.
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

BOOST_FIXTURE_TEST_SUITE(me, ApiServer)

BOOST_AUTO_TEST_CASE(signing_up_gives_the_only_copy_of_a_key_that_works)
{
    struct Row
    {
        std::string body;
        std::string mode, prefix, email;
    };
    Row const rows[] = {
        {R"({"name":" Nimbus ","email":" Ops@Nimbus.Example ","mode":"sandbox"})", "sandbox",
         "gx_test_", "ops@nimbus.example"},
        {R"({"name":"Nimbus","mode":"live"})", "live", "gx_live_", ""},
        {R"({"name":"Nimbus","email":null,"mode":null})", "live", "gx_live_", ""},
    };
    for (auto const& row : rows) {
        auto const made = send("POST", "/v1/signup", row.body, {});
        BOOST_REQUIRE_EQUAL(made.status, 201);
        expect_members(made, "developerId apiKey name email mode createdAt");
        BOOST_TEST(is_id(made.text("developerId"), "dev"));
        auto const key = made.text("apiKey");
        BOOST_TEST(key.starts_with(row.prefix));
        BOOST_TEST(is_secret(key.substr(8)));
        BOOST_TEST(made.text("name") == "Nimbus");
        BOOST_TEST(made.text("mode") == row.mode);
        BOOST_TEST(made.text("createdAt") == "2026-03-02T09:00:00.000Z");
        BOOST_TEST(made.text("email") == row.email);
        BOOST_TEST(made.json().at("email").is_null() == row.email.empty());

        auto const me = send("GET", "/v1/me", "", {.key = key});
        BOOST_TEST(me.text("developerId") == made.text("developerId"));
        BOOST_TEST(log_text.find(key) == std::string::npos);
        BOOST_TEST(app.reader.list<std::string>("SELECT key_hash FROM api_keys").back() != key);
    }
}

BOOST_AUTO_TEST_CASE(bad_sign_ups_are_refused)
{
    auto const a = [](std::size_t length) { return std::string(length, 'a'); };
    std::pair<std::string, std::string> const rows[] = {
        {"", "name"},
        {"{}", "name"},
        {R"({"name":null})", "name"},
        {R"({"name":"  "})", "name"},
        {R"({"name":"\u00a0\u3000"})", "name"},
        {R"({"name":"\u200b\u202e"})", "name"},
        {R"({"name":1})", "name"},
        {R"({"name":")" + a(201) + R"("})", "name"},
        {R"({"name":"a\u0000b"})", ""},
        {R"({"name":"a","mode":"Live"})", "mode"},
        {R"({"name":"a","mode":""})", "mode"},
        {R"({"name":"a","email":""})", "email"},
        {R"({"name":"a","email":5})", "email"},
        {R"({"name":"a","email":"x"})", "email"},
        {R"({"name":"a","email":"@b.c"})", "email"},
        {R"({"name":"a","email":"a@b"})", "email"},
        {R"({"name":"a","email":"a@.c"})", "email"},
        {R"({"name":"a","email":"a@b."})", "email"},
        {R"({"name":"a","email":"a@b@c.d"})", "email"},
        {R"({"name":"a","email":"a b@c.d"})", "email"},
        {R"({"name":"a","email":"a\u00a0b@c.d"})", "email"},
        {R"({"name":"a","email":"a@b.c,d@e.f"})", "email"},
        {R"({"name":"a","email":")" + a(251) + R"(@b.c"})", "email"},
    };
    auto const before = rows_of(*this, "developers");
    for (auto const& [body, names] : rows)
        BOOST_TEST_CONTEXT(body.substr(0, 60))
        {
            auto const refused = send("POST", "/v1/signup", body, {});
            expect_error(refused, 400, "BAD_REQUEST");
            BOOST_TEST(refused.text("message").starts_with(names));
        }
    BOOST_TEST(rows_of(*this, "developers") == before);
}

BOOST_AUTO_TEST_CASE(an_address_belongs_to_one_account)
{
    auto const body = [](std::string const& email) {
        return R"({"name":"a","email":")" + email + R"("})";
    };
    BOOST_TEST(send("POST", "/v1/signup", body("ops@nimbus.example"), {}).status == 201);
    for (auto const* const same :
         {"ops@nimbus.example", "OPS@NIMBUS.EXAMPLE", " ops@nimbus.example"})
        expect_error(
            send("POST", "/v1/signup", body(same), {}), 409, "CONFLICT",
            "E-mail address already in use"
        );
    BOOST_TEST(send("POST", "/v1/signup", body("ops@nimbus.example.org"), {}).status == 201);
}

BOOST_AUTO_TEST_CASE(two_sign_ups_at_once_with_one_address_cannot_both_win)
{
    std::vector<Answer> answers;
    for (int i = 0; i < 2; ++i)
        start("POST", "/v1/signup", R"({"name":"a","email":"a@b.c"})", {}, answers);
    run_until(answers, 2);
    BOOST_TEST(answers[0].status == 201);
    expect_error(answers[1], 409, "CONFLICT");
}

BOOST_AUTO_TEST_CASE(sign_up_is_closed_unless_it_is_opened)
{
    ApiServer closed{server::Flags{{"signup", "closed"}}};
    for (auto const* const body : {R"({"name":"a"})", R"({"name":1})", "{}"})
        expect_error(closed.send("POST", "/v1/signup", body, {}), 403, "SIGNUP_CLOSED");
    ApiServer planned{server::Flags{{"signup", "open"}, {"default-plan", "pro"}}};
    auto const made = planned.send("POST", "/v1/signup", R"({"name":"a"})", {});
    auto const me = planned.send("GET", "/v1/me", "", {.key = made.text("apiKey")});
    BOOST_TEST(me.text("plan") == "pro");
}

BOOST_AUTO_TEST_CASE(the_profile_has_the_members_of_the_contract)
{
    auto const me = get("/v1/me");
    BOOST_REQUIRE_EQUAL(me.status, 200);
    expect_members(
        me, "developerId id name email emailVerified mode plan fidoRequired fidoRpName "
            "allowedRedirectUris maxDelegationDepth consentAuth createdAt"
    );
    auto const json = me.json();
    BOOST_TEST(json.at("id") == json.at("developerId"));
    BOOST_TEST(json.at("email").is_null());
    BOOST_TEST(!json.at("emailVerified").as_bool());
    BOOST_TEST(me.text("mode") == "live");
    BOOST_TEST(me.text("plan") == "enterprise");
    BOOST_TEST(!json.at("fidoRequired").as_bool());
    BOOST_TEST(json.at("fidoRpName").is_null());
    BOOST_TEST(json.at("allowedRedirectUris").as_array().empty());
    BOOST_TEST(json.at("maxDelegationDepth").as_int64() == 3);
    BOOST_TEST(me.text("consentAuth") == "none");
    BOOST_TEST(me.text("createdAt") == "2026-03-02T09:00:00.000Z");
    BOOST_TEST(send("GET", "/v1/me", "", {.key = sandbox_key}).text("mode") == "sandbox");

    app.writer.execute(
        "UPDATE developers SET max_delegation_depth = 7, consent_auth = 'session', "
        "allowed_redirect_uris = 'https://a.example/' || char(10) || 'https://b.example/'"
    );
    auto const changed = get("/v1/me");
    BOOST_TEST(changed.json().at("maxDelegationDepth").as_int64() == 7);
    BOOST_TEST(changed.json().at("allowedRedirectUris").as_array().size() == 2U);
    BOOST_TEST(changed.text("consentAuth") == "session");
}

BOOST_AUTO_TEST_CASE(S_070_rotating_the_key_replaces_it_at_once)
{
    for (auto const* const path : {"/v1/keys/rotate", "/v1/me/rotate-key"})
        for (auto const* const body : {"", "{}", R"({"anything":1})"}) {
            auto const old_key = live_key;
            advance(std::chrono::seconds{1});
            auto const rotated = post(path, body);
            BOOST_REQUIRE_EQUAL(rotated.status, 200);
            expect_members(rotated, "apiKey rotatedAt");
            BOOST_TEST(is_timestamp(rotated.text("rotatedAt")));
            live_key = rotated.text("apiKey");
            BOOST_TEST(live_key.starts_with("gx_live_"));
            BOOST_TEST(is_secret(live_key.substr(8)));
            BOOST_TEST(get("/v1/me").status == 200);
            expect_error(
                send("GET", "/v1/me", "", {.key = old_key}), 401, "UNAUTHORIZED",
                "API key is not valid"
            );
        }
    expect_error(post("/v1/keys/rotate", "[]"), 400, "BAD_REQUEST");
    expect_error(post("/v1/me/rotate-key", "nonsense"), 400, "BAD_REQUEST");
    BOOST_TEST(get("/v1/me").status == 200);
}

BOOST_AUTO_TEST_CASE(of_two_rotations_at_once_exactly_one_succeeds)
{
    std::vector<Answer> answers;
    for (auto const* const path : {"/v1/keys/rotate", "/v1/me/rotate-key"})
        start("POST", path, "", {.key = live_key}, answers);
    run_until(answers, 2);
    BOOST_TEST(answers[0].status == 200);
    expect_error(answers[1], 401, "UNAUTHORIZED");
    BOOST_TEST(send("GET", "/v1/me", "", {.key = answers[0].text("apiKey")}).status == 200);
}

BOOST_AUTO_TEST_CASE(S_069_the_key_must_come_as_one_bearer_token)
{
    auto const with = [&](std::vector<std::string> const& values) {
        http::Headers headers;
        for (auto const& value : values)
            headers.emplace_back("authorization", value);
        return send("GET", "/v1/me", "", {.key = "", .headers = headers});
    };
    for (auto const& good :
         {"Bearer " + live_key, "bearer " + live_key, "BEARER  " + live_key, "Bearer \t" + live_key,
          "bEaReR\t" + live_key})
        BOOST_TEST(with({good}).status == 200);
    for (auto const& bad :
         {std::string{}, std::string{"Bearer"}, std::string{"Bearer "}, live_key,
          "Basic " + live_key, "Bearer" + live_key, "Bearer " + live_key + " x",
          "Bearer " + live_key + "x", "Bearer " + live_key.substr(1), "Bearer x " + live_key,
          "Bearer " + std::string(15, 'a'), "Bearer " + std::string(16, 'a'),
          "Bearer " + std::string(512, 'a'), "Bearer " + std::string(513, 'a'),
          "Bearer\xC2\xA0" + live_key})
        BOOST_TEST_CONTEXT(bad)
    expect_error(with({bad}), 401, "UNAUTHORIZED");
    expect_error(with({}), 401, "UNAUTHORIZED");
    expect_error(with({"Bearer " + live_key, "Bearer " + live_key}), 400, "BAD_REQUEST");
    expect_error(send("GET", "/v1/me?api_key=" + live_key, "", {}), 401, "UNAUTHORIZED");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(update_me, ApiServer)

BOOST_AUTO_TEST_CASE(settings_of_a_developer_change_one_by_one_and_are_answered_in_full)
{
    auto const answer = patch("/v1/me", R"({"fidoRpName":" Nimbus ","maxDelegationDepth":1})");
    BOOST_REQUIRE_EQUAL(answer.status, 200);
    auto const me = answer.json().as_object();
    BOOST_TEST(me.at("updated").as_bool());
    BOOST_TEST(me.at("fidoRpName").as_string() == "Nimbus");
    BOOST_TEST(me.at("maxDelegationDepth").as_int64() == 1);
    BOOST_TEST(!me.at("fidoRequired").as_bool());
    patch(
        "/v1/me", R"({"allowedRedirectUris":["https://app.example.com/cb"],"consentAuth":"link"})"
    );
    auto const again = get("/v1/me").json().as_object();
    BOOST_TEST(again.at("allowedRedirectUris").at(0).as_string() == "https://app.example.com/cb");
    BOOST_TEST(again.at("consentAuth").as_string() == "link");
    BOOST_TEST(again.at("fidoRpName").as_string() == "Nimbus");
    BOOST_TEST(again.at("maxDelegationDepth").as_int64() == 1);
}

BOOST_AUTO_TEST_CASE(settings_that_cannot_hold_are_refused_and_change_nothing)
{
    auto const before = get("/v1/me").body;
    for (auto const* const body :
         {"{}", R"({"unknown":1})", R"({"fidoRequired":"yes"})", R"({"fidoRpName":"  "})",
          R"({"allowedRedirectUris":["ftp://a"]})", R"({"maxDelegationDepth":0})",
          R"({"maxDelegationDepth":11})", R"({"maxDelegationDepth":4})",
          R"({"consentAuth":"maybe"})"})
        expect_error(patch("/v1/me", body), 400, "BAD_REQUEST");
    BOOST_TEST(get("/v1/me").body == before);
}

BOOST_AUTO_TEST_CASE(a_developer_may_ask_for_more_proof_than_the_server_but_not_for_less)
{
    app.config.consent_auth = "link";
    expect_error(patch("/v1/me", R"({"consentAuth":"none"})"), 400, "BAD_REQUEST");
    BOOST_TEST(patch("/v1/me", R"({"consentAuth":"session"})").text("consentAuth") == "session");
    BOOST_TEST(patch("/v1/me", R"({"fidoRequired":true})").text("consentAuth") == "passkey");
}

BOOST_AUTO_TEST_SUITE_END()
