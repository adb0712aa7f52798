// Repeated allocations and debits, the budget in tokens, and the rate of allocations.
#include "tests/server/api/budget_server.hpp"

#include "crypto/base64url.hpp"

using namespace support;

namespace {

bool is_replay(Answer const& again, Answer const& first)
{
    return again.status == first.status && again.body == first.body &&
           again.header("Idempotent-Replayed") == "true" &&
           first.header("Idempotent-Replayed").empty();
}

std::string payload(Answer const& answer)
{
    auto const token = answer.text("grantToken");
    auto const start = token.find('.') + 1;
    return crypto::decode_base64url(token.substr(start, token.rfind('.') - start)).value();
}

struct RatedServer : BudgetServer
{
    RatedServer() : BudgetServer(server::Flags{{"rate-profile", "reference"}}) {}
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(budget_replay, BudgetServer)

BOOST_AUTO_TEST_CASE(a_debit_repeated_with_its_key_is_applied_once)
{
    allocate("10");
    auto const spend = [&](std::string const& amount, std::string const& key) {
        return call("POST", "debit", body_of("amount", amount), {{"idempotency-key", key}});
    };
    auto const first = spend("4", "k1");
    BOOST_TEST(first.text("remaining") == "6.0000");
    BOOST_TEST(is_replay(spend("4", "k1"), first));
    BOOST_TEST(left() == "6.0000");
    BOOST_TEST(ledger().at("total").as_int64() == 1);
    expect_error(spend("4.0", "k1"), 422, "IDEMPOTENCY_KEY_REUSED");
    expect_error(spend("4", "two words"), 400, "BAD_REQUEST");
    BOOST_TEST(spend("4", "k2").text("remaining") == "2.0000");
    // A refusal leaves no record: the key is free for when there is enough.
    expect_error(spend("4", "k3"), 402, "INSUFFICIENT_BUDGET");
    BOOST_TEST(spend("2", "k3").text("remaining") == "0.0000");
    BOOST_TEST(announced() == "budget.threshold 50, budget.threshold 80, budget.exhausted");
    // What was applied is still told when the budget, and the grant, have ended.
    send("DELETE", "/v1/grants/" + id, "", sandbox);
    BOOST_TEST(is_replay(spend("4", "k1"), first));
}

BOOST_AUTO_TEST_CASE(a_member_of_the_metadata_is_the_key_where_no_header_is)
{
    allocate("10");
    auto const spend = [&](std::string const& metadata, http::Headers const& headers = {}) {
        auto const body = body_of("amount", "1", R"(,"metadata":)" + metadata);
        return call("POST", "debit", body, headers);
    };
    auto const first = spend(R"({"idempotencyKey":"A-1"})");
    BOOST_TEST(first.text("remaining") == "9.0000");
    BOOST_TEST(is_replay(spend(R"({"idempotencyKey":"A-1"})"), first));
    expect_error(spend(R"({"idempotencyKey":"A-1","n":1})"), 422, "IDEMPOTENCY_KEY_REUSED");
    // It is the same key in a header, and a header comes before it.
    BOOST_TEST(is_replay(spend(R"({"idempotencyKey":"A-1"})", {{"idempotency-key", "A-1"}}), first)
    );
    auto const other = spend(R"({"idempotencyKey":"A-1"})", {{"idempotency-key", "A-2"}});
    BOOST_TEST(other.text("remaining") == "8.0000");
    BOOST_TEST(other.header("Idempotent-Replayed").empty());
    // It stays in the ledger like any other member.
    BOOST_TEST(
        ledger().at("transactions").at(0).at("metadata").at("idempotencyKey").as_string() == "A-1"
    );
    for (auto const* const bad : {R"("")", R"("two words")", R"("\u00e9")"}) {
        auto const answer = spend(std::string{R"({"idempotencyKey":)"} + bad + "}");
        expect_error(
            answer, 400, "BAD_REQUEST",
            "metadata.idempotencyKey must be 1 to 255 visible ASCII characters"
        );
    }
    // Only a string is one.
    for (auto const* const none : {"7", "null", R"(["A-1"])", R"({"x":"A-1"})"})
        for (int i = 0; i < 2; ++i) {
            auto const answer = spend(std::string{R"({"idempotencyKey":)"} + none + "}");
            BOOST_TEST(answer.status == 200);
            BOOST_TEST(answer.header("Idempotent-Replayed").empty());
        }
    BOOST_TEST(left() == "0.0000");
}

BOOST_AUTO_TEST_CASE(other_operations_take_no_key_from_their_metadata)
{
    auto const log = [&] {
        return send(
            "POST", "/v1/audit/log",
            R"({"agentId":"a","grantId":"g","principalId":"p","action":"x",)"
            R"("metadata":{"idempotencyKey":"A-1"}})",
            sandbox
        );
    };
    BOOST_TEST(log().text("entryId") != log().text("entryId"));
    auto const metadata = R"(,"metadata":{"idempotencyKey":"A-1"})";
    BOOST_TEST(allocate("1", metadata).status == 201);
    expect_error(allocate("1", metadata), 409, "CONFLICT");
}

BOOST_AUTO_TEST_CASE(answers_about_budgets_are_kept_for_a_day)
{
    id = grant(agent_id, R"("expiresIn":"30d")").text("grantId");
    auto const ask = [&](std::string const& path, std::string const& name) {
        return call("POST", path, body_of(name, "1"), {{"idempotency-key", "k"}});
    };
    auto const allocated = ask("allocate", "initialBudget");
    BOOST_TEST(allocated.status == 201);
    auto const debited = ask("debit", "amount");
    BOOST_TEST(debited.status == 200);
    advance(std::chrono::hours{24} - std::chrono::milliseconds{1});
    BOOST_TEST(is_replay(ask("allocate", "initialBudget"), allocated));
    BOOST_TEST(is_replay(ask("debit", "amount"), debited));
    advance(std::chrono::milliseconds{1});
    expect_error(ask("allocate", "initialBudget"), 409, "CONFLICT");
    expect_error(ask("debit", "amount"), 402, "INSUFFICIENT_BUDGET");

    BudgetServer brief{server::Flags{{"budget-idempotency-ttl", "5s"}}};
    brief.allocate("2");
    auto const spend = [&] {
        auto const body = brief.body_of("amount", "1");
        return brief.call("POST", "debit", body, {{"idempotency-key", "k"}}).text("remaining");
    };
    BOOST_TEST(spend() == "1.0000");
    brief.advance(std::chrono::milliseconds{4'999});
    BOOST_TEST(spend() == "1.0000");
    brief.advance(std::chrono::milliseconds{1});
    BOOST_TEST(spend() == "0.0000");
}

BOOST_AUTO_TEST_CASE(of_debits_at_once_with_one_key_one_is_applied)
{
    allocate("10");
    std::vector<Answer> answers;
    Options const keyed{.key = sandbox_key, .headers = {{"idempotency-key", "k"}}};
    for (int i = 0; i < 5; ++i)
        start("POST", "/v1/budget/debit", body_of("amount", "3"), keyed, answers);
    run_until(answers, 5);
    for (auto const& answer : answers)
        BOOST_TEST(answer.body == answers.front().body);
    BOOST_TEST(left() == "7.0000");
}

BOOST_AUTO_TEST_CASE(a_token_tells_what_is_left_when_it_is_signed)
{
    BOOST_TEST(!token_claims(granted.text("grantToken")).contains("bdg"));
    auto const refresh = [&](Answer const& before) {
        auto answer = send("POST", "/v1/token/refresh", refresh_body(before, agent_id), sandbox);
        BOOST_REQUIRE_EQUAL(answer.status, 201);
        return answer;
    };
    auto const without_budget = refresh(granted);
    BOOST_TEST(payload(without_budget).find("bdg") == std::string::npos);
    allocate("99999999999999.9999");
    auto const whole = refresh(without_budget);
    BOOST_TEST(payload(whole).ends_with(R"("bdg":99999999999999.9999})"));
    debit("99999999999762.4999");
    auto const part = refresh(whole);
    BOOST_TEST(payload(part).ends_with(R"("bdg":237.5})"));
    debit("237.5");
    auto const nothing = refresh(part);
    BOOST_TEST(payload(nothing).ends_with(R"("bdg":0})"));
    // Whoever asks for the claims gets the same digits.
    auto const verified =
        send("POST", "/v1/grants/verify", token_body(whole.text("grantToken")), sandbox);
    BOOST_TEST(verified.body.find(R"("bdg":99999999999999.9999)") != std::string::npos);
    // A delegated grant has no part in it.
    auto const child = delegate(nothing.text("grantToken"), agent());
    BOOST_REQUIRE_EQUAL(child.status, 201);
    BOOST_TEST(payload(child).find("bdg") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(budget_rates, RatedServer)

BOOST_AUTO_TEST_CASE(allocations_have_a_bucket_of_their_own_and_debits_have_none)
{
    advance(std::chrono::minutes{1});
    for (int i = 0; i < 30; ++i)
        BOOST_TEST(call("POST", "allocate", "{}").status == 400);
    auto const refused = call("POST", "allocate", "{}");
    expect_error(refused, 429, "RATE_LIMIT_EXCEEDED");
    BOOST_TEST(refused.header("X-RateLimit-Limit") == "30");
    BOOST_TEST(refused.header("X-RateLimit-Remaining") == "0");
    for (int i = 0; i < 100; ++i)
        BOOST_TEST(call("POST", "debit", "{}").status == 400);
    // Other operations with the same number count by themselves, and so do other developers.
    BOOST_TEST(send("POST", "/v1/policies", "{}", sandbox).status == 400);
    BOOST_TEST(send("POST", "/v1/budget/allocate", "{}", {.key = live_key}).status == 400);
}

BOOST_AUTO_TEST_SUITE_END()
