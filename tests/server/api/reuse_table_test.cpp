// Every cell of the tables for a used refresh token (core-notes section 3) and a consumed code
// (exchangeToken, "Replay") that come back.
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;
using namespace std::chrono_literals;

namespace {

enum class Repeat
{
    bare,       // no Idempotency-Key
    same,       // the key and the body of the first time
    other_body, // the key with another body
};

// What the repeat brings.
enum class Outcome
{
    refused,   // 400, and nothing happens
    alarm,     // 400, and the family ends
    replayed,  // the original 201, byte for byte
    mismatched // 422, and nothing happens
};

struct Moment
{
    char const* name;
    std::chrono::milliseconds later;
    bool successor_used;
    bool grant_revoked;
    Outcome bare, same, other_body;
};

using enum Outcome;

// clang-format off
constexpr Moment refresh_table[] = {
    //                                       later        used   revoked  bare     same      other body
    {"at once",                              0ms,         false, false,   refused, replayed, mismatched},
    {"after 120 s",                          120s,        false, false,   refused, replayed, mismatched},
    {"successor used",                       0ms,         true,  false,   alarm,   replayed, mismatched},
    {"after more than 120 s",                120s + 1ms,  false, false,   alarm,   replayed, mismatched},
    {"after 120 s, successor used",          120s + 1ms,  true,  false,   alarm,   replayed, mismatched},
    {"just before 10 min",                   10min - 1ms, false, false,   alarm,   replayed, mismatched},
    {"after 10 min",                         10min,       false, false,   alarm,   alarm,    alarm},
    {"after 10 min, successor used",         10min,       true,  false,   alarm,   alarm,    alarm},
    {"grant revoked",                        0ms,         false, true,    refused, refused,  mismatched},
    {"grant revoked, successor used",        0ms,         true,  true,    refused, refused,  mismatched},
    {"grant revoked, after 120 s",           120s + 1ms,  false, true,    refused, refused,  mismatched},
    {"grant revoked, after 10 min",          10min,       false, true,    refused, refused,  refused},
};

constexpr Moment code_table[] = {
    {"at once",                              0ms,         false, false,   refused, replayed, mismatched},
    {"after 120 s",                          120s,        false, false,   refused, replayed, mismatched},
    {"after more than 120 s",                120s + 1ms,  false, false,   alarm,   replayed, mismatched},
    {"just before 10 min",                   10min - 1ms, false, false,   alarm,   replayed, mismatched},
    {"after 10 min",                         10min,       false, false,   alarm,   alarm,    alarm},
    {"grant revoked",                        0ms,         false, true,    refused, refused,  mismatched},
    {"grant revoked, after 120 s",           120s + 1ms,  false, true,    refused, refused,  mismatched},
    {"grant revoked, after 10 min",          10min,       false, true,    refused, refused,  refused},
};
// clang-format on

std::string with_another_member(std::string const& body)
{
    return body.substr(0, body.size() - 1) + R"(,"x":1})";
}

struct TableServer : ApiServer
{
    explicit TableServer(std::string const& action = "grant")
        : ApiServer(server::Flags{{"refresh-reuse-action", action}}), id(agent())
    {}

    Answer
    call(std::string const& target, std::string const& body, std::string const& with_key = {})
    {
        Options options{.key = sandbox_key};
        if (!with_key.empty())
            options.headers = {{"idempotency-key", with_key}};
        return send("POST", target, body, options);
    }
    Answer refresh(Answer const& granted)
    {
        return call("/v1/token/refresh", refresh_body(granted, id));
    }
    Answer repeat(Repeat how, std::string const& target, std::string const& body)
    {
        if (how == Repeat::bare)
            return call(target, body);
        return call(target, how == Repeat::same ? body : with_another_member(body), key);
    }
    std::string new_key() { return key = "key-" + std::to_string(++keys); }
    std::string status_of(Answer const& granted)
    {
        return send("GET", "/v1/grants/" + granted.text("grantId"), "", {.key = sandbox_key})
            .text("status");
    }
    void revoke(Answer const& granted)
    {
        auto const target = "/v1/grants/" + granted.text("grantId");
        BOOST_TEST(send("DELETE", target, "", {.key = sandbox_key}).status == 204);
    }
    std::size_t events() { return events_of(*this, sandbox_key).size(); }
    std::string events_since(std::size_t count)
    {
        std::string types;
        auto const all = events_of(*this, sandbox_key);
        for (auto at = count; at < all.size(); ++at)
            types += (types.empty() ? "" : " ") + all[at].type;
        return types;
    }

    std::string id;
    std::string key;
    int keys = 0;
};

void expect_outcome(Answer const& again, Outcome outcome, Answer const& first, char const* text)
{
    switch (outcome) {
    case refused:
    case alarm:
        expect_error(again, 400, "BAD_REQUEST", text);
        BOOST_TEST(again.header("Idempotent-Replayed").empty());
        break;
    case replayed:
        BOOST_TEST(again.status == 201);
        BOOST_TEST(again.body == first.body);
        BOOST_TEST(again.header("Idempotent-Replayed") == "true");
        break;
    case mismatched:
        expect_error(again, 422, "IDEMPOTENCY_KEY_REUSED");
        break;
    }
}

Outcome cell(Moment const& moment, Repeat how)
{
    return how == Repeat::bare   ? moment.bare
           : how == Repeat::same ? moment.same
                                 : moment.other_body;
}

constexpr Repeat repeats[] = {Repeat::bare, Repeat::same, Repeat::other_body};

// One cell: a token is refreshed, time passes, the used one comes back.
void check_refresh_cell(TableServer& server, Moment const& moment, Repeat how, bool whole_grant)
{
    auto const outcome = cell(moment, how);
    auto const first = server.grant(server.id);
    auto const body = refresh_body(first, server.id);
    auto const second = server.call("/v1/token/refresh", body, server.new_key());
    BOOST_REQUIRE_EQUAL(second.status, 201);
    auto const current = moment.successor_used ? server.refresh(second) : second;
    auto const child = server.delegate(current.text("grantToken"), server.id);
    if (moment.grant_revoked)
        server.revoke(first);
    server.advance(moment.later);
    auto const events = server.events();
    auto const entries = rows_of(server, "audit_entries");

    auto const again = server.repeat(how, "/v1/token/refresh", body);
    expect_outcome(again, outcome, second, "Refresh token already used");

    // The alarm: event and blocked audit entry, and with action `grant` the whole tree.
    auto const* const said = outcome != alarm ? ""
                             : whole_grant    ? "grant.revoked grant.revoked refresh_token.reused"
                                              : "refresh_token.reused";
    BOOST_TEST(server.events_since(events) == said);
    BOOST_TEST(rows_of(server, "audit_entries") == entries + (outcome == alarm ? 1 : 0));
    if (outcome == alarm)
        BOOST_TEST(
            server.app.reader.list<std::string>(
                "SELECT action || ' ' || status || ' ' || grant_id FROM audit_entries "
                "ORDER BY seq DESC LIMIT 1"
            )[0] == "refresh_token.reused blocked " + first.text("grantId")
        );
    auto const dead = moment.grant_revoked || (outcome == alarm && whole_grant);
    BOOST_TEST(server.status_of(first) == (dead ? "revoked" : "active"));
    auto const child_state = dead ? "revoked" : moment.later >= 1h ? "expired" : "active";
    BOOST_TEST(server.status_of(child) == child_state);
    auto const usable = !moment.grant_revoked && outcome != alarm;
    BOOST_TEST(server.refresh(current).status == (usable ? 201U : 400U));
}

void check_code_cell(TableServer& server, Moment const& moment, Repeat how)
{
    auto const outcome = cell(moment, how);
    auto const body = code_body(server.code(server.id), server.id);
    auto const first = server.call("/v1/token", body, server.new_key());
    BOOST_REQUIRE_EQUAL(first.status, 201);
    auto const child = server.delegate(first.text("grantToken"), server.id);
    if (moment.grant_revoked)
        server.revoke(first);
    server.advance(moment.later);
    auto const events = server.events();

    auto const again = server.repeat(how, "/v1/token", body);
    expect_outcome(again, outcome, first, "Authorization request is not approved");
    BOOST_TEST(
        server.events_since(events) == (outcome == alarm ? "grant.revoked grant.revoked" : "")
    );
    auto const dead = moment.grant_revoked || outcome == alarm;
    BOOST_TEST(server.status_of(first) == (dead ? "revoked" : "active"));
    BOOST_TEST(server.status_of(child) == (dead ? "revoked" : "active"));
}

} // namespace

BOOST_AUTO_TEST_SUITE(reuse_table)

BOOST_AUTO_TEST_CASE(S_033_every_cell_of_the_refresh_table_holds_for_both_actions)
{
    for (auto const* const action : {"grant", "family"}) {
        TableServer server{action};
        for (auto const& moment : refresh_table)
            for (auto const how : repeats)
                BOOST_TEST_CONTEXT(
                    "action " << action << ", " << moment.name << ", column "
                              << static_cast<int>(how)
                )
        check_refresh_cell(server, moment, how, action == std::string_view{"grant"});
    }
}

BOOST_AUTO_TEST_CASE(S_022_every_cell_of_the_code_table_holds)
{
    TableServer server;
    for (auto const& moment : code_table)
        for (auto const how : repeats)
            BOOST_TEST_CONTEXT(moment.name << ", column " << static_cast<int>(how))
    check_code_cell(server, moment, how);
}

BOOST_AUTO_TEST_CASE(an_answer_with_a_token_is_replayed_only_while_its_grant_is_active)
{
    enum class End
    {
        revoked,
        parent_revoked,
        expired
    };
    for (auto const end : {End::revoked, End::parent_revoked, End::expired})
        BOOST_TEST_CONTEXT(static_cast<int>(end))
        {
            TableServer server;
            auto const root = server.grant(server.id);
            auto const body = R"({"parentGrantToken":")" + root.text("grantToken") +
                              R"(","subAgentId":")" + server.id +
                              R"(","scopes":["calendar:read"],"expiresIn":"5m"})";
            auto const first = server.call("/v1/grants/delegate", body, server.new_key());
            BOOST_REQUIRE_EQUAL(first.status, 201);
            expect_outcome(
                server.call("/v1/grants/delegate", body, server.key), replayed, first, ""
            );
            if (end == End::revoked)
                server.revoke(first);
            else if (end == End::parent_revoked)
                server.revoke(root);
            else
                server.advance(5min);

            // The repeat gets what a fresh request would get: a child of its own, or a refusal.
            auto const again = server.call("/v1/grants/delegate", body, server.key);
            BOOST_TEST(again.header("Idempotent-Replayed").empty());
            if (end == End::parent_revoked) {
                expect_error(again, 400, "BAD_REQUEST", "Parent grant has been revoked");
            } else {
                BOOST_TEST(again.status == 201);
                BOOST_TEST(again.text("grantId") != first.text("grantId"));
            }
        }
}

BOOST_AUTO_TEST_SUITE_END()
