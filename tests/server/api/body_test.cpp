// Request bodies: what counts as one, and how hostile ones are refused. Mostly through one
// operation that keeps what it was given (POST /v1/agents) and one that keeps JSON as it is
// (POST /v1/audit/log).
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

std::string deep(std::size_t levels, char const* open, char const* close)
{
    std::string text;
    for (std::size_t i = 0; i < levels; ++i)
        text += open;
    text += "1";
    for (std::size_t i = 0; i < levels; ++i)
        text += close;
    return text;
}

std::string audit_body(std::string const& metadata)
{
    return R"({"agentId":"a","grantId":"g","principalId":"p","action":"x","metadata":)" + metadata +
           "}";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(body, ApiServer)

BOOST_AUTO_TEST_CASE(a_byte_order_mark_is_skipped_and_unknown_members_are_ignored)
{
    for (auto const* const text :
         {"\xEF\xBB\xBF{\"name\":\"a\"}", " \r\n\t{ \"name\" : \"a\" } \n",
          R"({"name":"a","Name":5,"constructor":{},"__proto__":null,"":[]})"})
        BOOST_TEST(post("/v1/agents", text).text("name") == "a");
}

BOOST_AUTO_TEST_CASE(S_107_the_last_of_equal_members_wins)
{
    BOOST_TEST(post("/v1/agents", R"({"name":"a","name":"b"})").text("name") == "b");
    BOOST_TEST(post("/v1/agents", R"({"name":7,"n\u0061me":"b"})").text("name") == "b");
    expect_error(post("/v1/agents", R"({"name":"b","name":null})"), 400, "BAD_REQUEST");
    auto const nested = post("/v1/audit/log", audit_body(R"({"a":{"x":1,"x":2},"a":3})"));
    BOOST_TEST(nested.body.find(R"("metadata":{"a":3})") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(null_equals_absent_and_wrong_types_name_their_place)
{
    BOOST_TEST(
        post("/v1/agents", R"({"name":"a","scopes":null,"description":null})").status == 201
    );
    struct Row
    {
        char const *body, *message;
    };
    constexpr Row rows[] = {
        {R"({"name":1})", "name must be a string"},
        {R"({"name":["a"]})", "name must be a string"},
        {R"({"name":{}})", "name must be a string"},
        {R"({"name":true})", "name must be a string"},
        {R"({"name":"a","scopes":{}})", "scopes must be an array"},
        {R"({"name":"a","scopes":"x"})", "scopes must be an array"},
        {R"({"name":"a","scopes":["x",null]})", "scopes[1] must be a string"},
        {R"({"name":"a","scopes":[["x"]]})", "scopes[0] must be a string"},
        {R"({"name":null})", "name is required"},
    };
    for (auto const& row : rows)
        expect_error(post("/v1/agents", row.body), 400, "BAD_REQUEST", row.message);
    expect_error(
        post("/v1/audit/log", audit_body("[]")), 400, "BAD_REQUEST", "metadata must be an object"
    );
}

BOOST_AUTO_TEST_CASE(what_is_not_json_is_refused)
{
    for (auto const* const text :
         {"x",
          "{",
          "}",
          "{]",
          R"({"name":"a"}})",
          R"({"name":"a"} {"name":"b"})",
          R"({"name":"a",})",
          R"({name:"a"})",
          R"({'name':'a'})",
          R"({"name":"a)",
          R"({"name":"\x"})",
          R"({"name":"\u12"})",
          "{\"name\":\"a\nb\"}",
          "{\"name\":\"a\tb\"}",
          R"({"name":.5})",
          R"({"name":+1})",
          R"({"name":01})",
          R"({"name":1.})",
          R"({"name":NaN})",
          R"({"name":Infinity})",
          R"({"name":undefined})",
          R"(/* c */{"name":"a"})",
          R"({"name":"a"}// c)",
          "\xEF\xBB\xBF\xEF\xBB\xBF{}",
          " ",
          "\n",
          "\xEF\xBB\xBF ",
          "{\"name\":\"\xFF\"}",
          "{\"name\":\"\xC0\x80\"}",
          "{\"name\":\"\xED\xA0\x80\"}",
          "{\"name\":\"\xF4\x90\x80\x80\"}",
          "{\"name\":\"a\xC3\"}"})
        BOOST_TEST_CONTEXT(text)
    expect_error(post("/v1/agents", text), 400, "BAD_REQUEST");
    expect_error(post("/v1/agents", std::string{"{\"name\":\"a\"}\0", 13}), 400, "BAD_REQUEST");
    BOOST_TEST(rows_of(*this, "agents") == 0);
}

BOOST_AUTO_TEST_CASE(the_top_level_must_be_an_object)
{
    for (auto const* const text : {"[]", R"([{"name":"a"}])", "null", "true", "1", "\"name\""})
        for (auto const* const path :
             {"/v1/agents", "/v1/keys/rotate", "/v1/tokens/verify", "/v1/authorize", "/v1/signup"})
            expect_error(post(path, text), 400, "BAD_REQUEST", "Send a JSON object as the body");
}

BOOST_AUTO_TEST_CASE(u0000_is_refused_wherever_it_stands)
{
    for (auto const* const text :
         {R"({"name":"a\u0000b"})", R"({"name":"a","x":"\u0000"})", R"({"name":"a","\u0000":1})",
          R"({"name":"a","x":[{"y":["\u0000"]}]})"})
        expect_error(
            post("/v1/agents", text), 400, "BAD_REQUEST", "Strings must not contain U+0000"
        );
    expect_error(post("/v1/audit/log", audit_body(R"({"a\u0000":1})")), 400, "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(numbers_must_be_finite)
{
    for (auto const* const number : {"1e400", "-1e400", "1e999999"})
        for (auto const& text :
             {R"({"name":"a","x":)" + std::string{number} + "}",
              audit_body("{\"n\":" + std::string{number} + "}")})
            BOOST_TEST_CONTEXT(text)
    expect_error(
        post(text.find("agentId") == std::string::npos ? "/v1/agents" : "/v1/audit/log", text), 400,
        "BAD_REQUEST", "Numbers must be finite"
    );
    BOOST_TEST(post("/v1/audit/log", audit_body(R"({"n":1e308,"m":1e-400})")).status == 201);
}

BOOST_AUTO_TEST_CASE(lone_surrogates_never_reach_the_database)
{
    for (auto const* const text :
         {R"({"name":"\ud800"})", R"({"name":"\udc00"})", R"({"name":"\ud800x"})",
          R"({"name":"\ud800\ud800"})", R"({"name":"\udc00\ud800"})"})
        expect_error(post("/v1/agents", text), 400, "BAD_REQUEST");
    BOOST_TEST(post("/v1/agents", R"({"name":"\ud83d\ude00"})").text("name") == "\xF0\x9F\x98\x80");
}

BOOST_AUTO_TEST_CASE(S_107_nesting_ends_at_64_levels)
{
    // The top level, metadata, and 62 below.
    BOOST_TEST(post("/v1/audit/log", audit_body(deep(63, "{\"a\":", "}"))).status == 201);
    BOOST_TEST(
        post("/v1/audit/log", audit_body("{\"a\":" + deep(62, "[", "]") + "}")).status == 201
    );
    for (auto const levels : {64U, 65U, 5'000U, 300'000U}) {
        expect_error(
            post("/v1/audit/log", audit_body(deep(levels, "{\"a\":", "}"))), 400, "BAD_REQUEST"
        );
        auto const unknown = R"({"name":"a","x":)" + deep(levels, "[", "]") + "}";
        expect_error(post("/v1/agents", unknown), 400, "BAD_REQUEST");
    }
    expect_error(post("/v1/agents", std::string(500'000, '[')), 400, "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(S_107_ten_thousand_members_are_enough)
{
    auto const with_members = [](int count) {
        std::string text = "{";
        for (int i = 0; i < count; ++i)
            text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
        return text + "}";
    };
    // Six members stand around the metadata's.
    BOOST_TEST(post("/v1/audit/log", audit_body(with_members(9'995))).status == 201);
    expect_error(post("/v1/audit/log", audit_body(with_members(9'996))), 400, "BAD_REQUEST");
    expect_error(post("/v1/audit/log", audit_body(with_members(10'001))), 400, "BAD_REQUEST");
    auto const halves = "{\"a\":" + with_members(5'000) + ",\"b\":" + with_members(5'000) + "}";
    expect_error(
        post("/v1/audit/log", audit_body(halves)), 400, "BAD_REQUEST",
        "The body has more than 10000 members"
    );
}

BOOST_AUTO_TEST_CASE(an_empty_body_counts_as_an_empty_object)
{
    for (auto const* const path : {"/v1/agents", "/v1/authorize", "/v1/token", "/v1/tokens/verify"})
    {
        expect_error(post(path), 400, "BAD_REQUEST");
        expect_error(post(path, "\xEF\xBB\xBF"), 400, "BAD_REQUEST");
        expect_error(
            send("POST", path, "", {.key = live_key, .headers = {{"content-type", "text/plain"}}}),
            400, "BAD_REQUEST"
        );
    }
    auto const rotated = send(
        "POST", "/v1/keys/rotate", "",
        {.key = live_key, .headers = {{"content-type", "application/json"}}}
    );
    BOOST_TEST(rotated.status == 200);
}

BOOST_AUTO_TEST_CASE(a_body_needs_the_json_media_type)
{
    auto const with = [&](std::string const& path, std::string const& type) {
        return send("POST", path, R"({"name":"a"})", {.key = live_key, .content_type = type});
    };
    for (auto const* const good :
         {"application/json", "Application/JSON", "application/json; charset=utf-8",
          "application/json;charset=latin1", "application/json ; x=y"})
        BOOST_TEST(with("/v1/agents", good).status == 201);
    for (auto const* const bad :
         {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
          "application/jsonp", "application/json-patch+json", "application", "application/", "json",
          "text/json", "application/json, text/plain", "charset=utf-8"})
        for (auto const* const path : {"/v1/agents", "/v1/keys/rotate", "/v1/signup"})
            BOOST_TEST_CONTEXT(bad)
    expect_error(with(path, bad), 415, "BAD_REQUEST");
    auto const id = agent(live_key);
    auto const removal =
        send("DELETE", "/v1/agents/" + id, "x", {.key = live_key, .content_type = "text/plain"});
    expect_error(removal, 415, "BAD_REQUEST");
    BOOST_TEST(get("/v1/agents/" + id).status == 200);
}

BOOST_AUTO_TEST_CASE(what_is_stored_comes_back_as_it_was_sent)
{
    auto const name = R"(a\"b\\c/d\u2028\u00e9\ud83d\ude00<>&' ; DROP TABLE agents; --)";
    auto const made = post("/v1/agents", std::string{"{\"name\":\""} + name + "\"}");
    BOOST_REQUIRE_EQUAL(made.status, 201);
    BOOST_TEST(
        made.text("name") ==
        "a\"b\\c/d\xE2\x80\xA8\xC3\xA9\xF0\x9F\x98\x80<>&' ; DROP TABLE agents; --"
    );
    BOOST_TEST(get("/v1/agents/" + made.text("id")).body == made.body);
}

BOOST_AUTO_TEST_SUITE_END()
