// Budgets over HTTP: allocating, spending to the last ten-thousandth, and what is announced.
#include "tests/server/api/budget_server.hpp"

using namespace support;

BOOST_FIXTURE_TEST_SUITE(budgets, BudgetServer)

BOOST_AUTO_TEST_CASE(an_allocation_is_answered_with_every_member)
{
    auto const made = allocate("250", R"(,"currency":"eur")");
    BOOST_REQUIRE_EQUAL(made.status, 201);
    BOOST_TEST(is_id(made.text("id"), "bdg"));
    BOOST_TEST(
        made.body == R"({"id":")" + made.text("id") + R"(","grantId":")" + id +
                         R"(","developerId":")" + developer_id(*this, sandbox_key) +
                         R"(","initialBudget":"250.0000","remainingBudget":"250.0000",)"
                         R"("currency":"EUR","createdAt":"2026-03-02T09:00:00.000Z",)"
                         R"("updatedAt":"2026-03-02T09:00:00.000Z"})"
    );
    BOOST_TEST(call("GET", "balance/" + id).body == made.body);
    BOOST_TEST(
        call("GET", "allocations").body == R"({"allocations":[)" + made.body + R"(],"total":1})"
    );
}

BOOST_AUTO_TEST_CASE(a_grant_has_one_budget_for_ever)
{
    BOOST_TEST(allocate("1").text("currency") == "USD");
    expect_error(allocate("2"), 409, "CONFLICT");
    BOOST_TEST(debit("1").status == 200);
    expect_error(allocate("1"), 409, "CONFLICT"); // also when it is spent
    BOOST_TEST(left() == "0.0000");
}

BOOST_AUTO_TEST_CASE(a_debit_takes_its_amount_off_and_stands_in_the_ledger)
{
    auto const budget_id = allocate("250").text("id");
    advance(std::chrono::seconds{79});
    auto const first = debit(
        "12.5", R"(,"description":"Seat reservation","metadata":{"orderId":"A-1","n":[1.5]})"
    );
    BOOST_REQUIRE_EQUAL(first.status, 200);
    auto const transaction = first.text("transactionId");
    BOOST_TEST(is_id(transaction, "btx"));
    BOOST_TEST(
        first.body == R"({"remaining":"237.5000","transactionId":")" + transaction +
                          R"(","grantId":")" + id + R"("})"
    );
    BOOST_TEST(debit("0.5").text("remaining") == "237.0000");
    auto const all = ledger();
    BOOST_TEST(all.at("total").as_int64() == 2);
    auto const& newest = all.at("transactions").at(0).as_object();
    BOOST_TEST(newest.at("description").is_null());
    BOOST_TEST(newest.at("metadata").as_object().empty());
    BOOST_TEST(newest.at("balanceAfter").as_string() == "237.0000");
    auto const expected = R"({"id":")" + transaction + R"(","grantId":")" + id +
                          R"(","allocationId":")" + budget_id +
                          R"(","amount":"12.5000","description":"Seat reservation",)"
                          R"("metadata":{"n":[1.5],"orderId":"A-1"},"balanceAfter":"237.5000",)"
                          R"("createdAt":"2026-03-02T09:01:19.000Z"}],"total":2})";
    BOOST_TEST(call("GET", "transactions/" + id).body.ends_with(expected));
    auto const now = call("GET", "balance/" + id);
    BOOST_TEST(now.text("remainingBudget") == "237.0000");
    BOOST_TEST(now.text("initialBudget") == "250.0000");
    BOOST_TEST(now.text("createdAt") == "2026-03-02T09:00:00.000Z");
    BOOST_TEST(now.text("updatedAt") == "2026-03-02T09:01:19.000Z");
}

BOOST_AUTO_TEST_CASE(of_thirty_debits_of_a_tenth_ten_succeed_and_nothing_is_left) // S-135
{
    BOOST_REQUIRE_EQUAL(allocate("1.0").status, 201);
    int applied = 0;
    for (int i = 0; i < 30; ++i) {
        auto const answer = debit("0.1");
        if (answer.status == 200)
            ++applied;
        else
            expect_error(answer, 402, "INSUFFICIENT_BUDGET");
    }
    BOOST_TEST(applied == 10);
    BOOST_TEST(left() == "0.0000");
    BOOST_TEST(ledger().at("total").as_int64() == 10);
    BOOST_TEST(rows_of(*this, "budget_transactions") == 10);
    BOOST_TEST(announced() == "budget.threshold 50, budget.threshold 80, budget.exhausted");
}

BOOST_AUTO_TEST_CASE(a_debit_beyond_the_balance_changes_nothing)
{
    allocate("10");
    BOOST_TEST(debit("9.9999").status == 200);
    auto const before = call("GET", "balance/" + id).body;
    auto const events = rows_of(*this, "events");
    advance(std::chrono::seconds{5});
    for (auto const* const amount : {"0.0002", "1", "99999999999999.9999"})
        expect_error(debit(amount), 402, "INSUFFICIENT_BUDGET");
    BOOST_TEST(call("GET", "balance/" + id).body == before);
    BOOST_TEST(rows_of(*this, "budget_transactions") == 1);
    BOOST_TEST(rows_of(*this, "events") == events);
    BOOST_TEST(debit("0.0001").text("remaining") == "0.0000");
}

BOOST_AUTO_TEST_CASE(a_grant_without_a_budget_can_spend_nothing)
{
    expect_error(debit("0.0001"), 402, "INSUFFICIENT_BUDGET");
    expect_error(call("GET", "balance/" + id), 404, "NOT_FOUND");
    BOOST_TEST(call("GET", "transactions/" + id).body == R"({"transactions":[],"total":0})");
    BOOST_TEST(call("GET", "allocations").body == R"({"allocations":[],"total":0})");
}

BOOST_AUTO_TEST_CASE(amounts_are_exact_from_the_text_of_the_request)
{
    BOOST_TEST(allocate("99999999999999.9999").text("remainingBudget") == "99999999999999.9999");
    struct
    {
        char const *amount, *remaining;
    } const rows[] = {
        {"0.30000000000000004", "99999999999999.6999"},
        {"1E2", "99999999999899.6999"},
        {"\"0.1\"", "99999999999899.5999"},
        {"\"99.0000\"", "99999999999800.5999"},
        {"0.00015", "99999999999800.5997"}, // half to even
        {"0.00025", "99999999999800.5995"},
        {"99999999999800.5995", "0.0000"},
    };
    for (auto const& row : rows)
        BOOST_TEST(debit(row.amount).text("remaining") == row.remaining, row.amount);
    // The last member of a name counts, as everywhere.
    auto const twice = debit("1", R"(,"amount":"x")");
    expect_error(twice, 400, "BAD_REQUEST");
    BOOST_TEST(twice.text("message").starts_with("amount must be a number above 0"));
}

BOOST_AUTO_TEST_CASE(what_is_no_amount_is_refused)
{
    auto const refused = [&](Answer const& answer, std::string_view about) {
        BOOST_TEST_CONTEXT(answer.body) expect_error(answer, 400, "BAD_REQUEST");
        BOOST_TEST(answer.text("message").starts_with(about));
    };
    for (auto const* const amount :
         {"0",
          "-1",
          "-0.1",
          "0.0",
          "1e-30",
          "0.00005",
          "99999999999999.99995",
          "100000000000000",
          "1e300",
          "18446744073709551616",
          "null",
          "true",
          "[]",
          "[1]",
          "{}",
          R"("")",
          R"("1e2")",
          R"("-1")",
          R"("0")",
          R"("0.00001")",
          R"("NaN")",
          R"("ten")",
          R"(" 1")"})
    {
        refused(allocate(amount), "initialBudget ");
        refused(debit(amount), "amount ");
    }
    refused(debit("NaN"), "The body is not valid JSON");
    refused(debit("01"), "The body is not valid JSON");
    refused(debit("1e400"), "Numbers must be finite");
    refused(call("POST", "debit", R"({"grantId":")" + id + "\"}"), "amount is required");
    BOOST_TEST(rows_of(*this, "budgets") == 0);
}

BOOST_AUTO_TEST_CASE(other_members_are_checked_before_the_grant_is_looked_for)
{
    id = "grnt_x";
    for (auto const* const currency : {"\"EU\"", "\"ELEVENCHARS\"", "\"E R\"", "\"\"", "7"})
        expect_error(allocate("1", std::string{R"(,"currency":)"} + currency), 400, "BAD_REQUEST");
    for (auto const* const more :
         {R"(,"description":7)", R"(,"metadata":[])", R"(,"metadata":"x")", R"(,"grantId":"")"})
        expect_error(debit("1", more), 400, "BAD_REQUEST");
    expect_error(
        debit("1", R"(,"description":")" + std::string(1001, 'x') + "\""), 400, "BAD_REQUEST"
    );
    auto const filled = [](std::size_t bytes) { // {"a":"..."} of so many bytes
        return R"(,"metadata":{"a":")" + std::string(bytes - 8, 'x') + "\"}";
    };
    expect_error(debit("1", filled(16 * 1024 + 1)), 400, "BAD_REQUEST");
    expect_error(debit("1", filled(16 * 1024)), 404, "NOT_FOUND");
    expect_error(debit("1", R"(,"description":null,"metadata":null)"), 404, "NOT_FOUND");
    expect_error(allocate("1", R"(,"currency":null)"), 404, "NOT_FOUND");
}

BOOST_AUTO_TEST_CASE(a_grant_that_ended_spends_nothing_and_still_shows_what_it_spent)
{
    allocate("10");
    debit("4");
    BOOST_TEST(send("DELETE", "/v1/grants/" + id, "", sandbox).status == 204);
    expect_error(debit("1"), 409, "GRANT_INACTIVE");
    expect_error(debit("100"), 409, "GRANT_INACTIVE"); // before the balance is looked at
    expect_error(allocate("1"), 409, "GRANT_INACTIVE");
    BOOST_TEST(left() == "6.0000");
    BOOST_TEST(ledger().at("total").as_int64() == 1);

    id = grant(agent_id, R"("expiresIn":"1h")").text("grantId");
    allocate("10");
    advance(std::chrono::hours{1} - std::chrono::milliseconds{1});
    BOOST_TEST(debit("1").status == 200);
    advance(std::chrono::milliseconds{1});
    expect_error(debit("1"), 409, "GRANT_INACTIVE");
    BOOST_TEST(left() == "9.0000");
    id = grant(agent_id, R"("expiresIn":"1s")").text("grantId");
    advance(std::chrono::seconds{1});
    expect_error(allocate("1"), 409, "GRANT_INACTIVE");
}

BOOST_AUTO_TEST_CASE(the_grant_of_another_developer_does_not_exist)
{
    allocate("10");
    debit("1");
    auto const body = R"({"grantId":")" + id + R"(","initialBudget":1,"amount":1})";
    Options const live{.key = live_key};
    expect_error(send("POST", "/v1/budget/allocate", body, live), 404, "NOT_FOUND");
    expect_error(send("POST", "/v1/budget/debit", body, live), 404, "NOT_FOUND");
    expect_error(send("GET", "/v1/budget/balance/" + id, "", live), 404, "NOT_FOUND");
    BOOST_TEST(
        send("GET", "/v1/budget/transactions/" + id, "", live).body ==
        R"({"transactions":[],"total":0})"
    );
    BOOST_TEST(
        send("GET", "/v1/budget/allocations", "", live).body == R"({"allocations":[],"total":0})"
    );
    BOOST_TEST(left() == "9.0000");
}

BOOST_AUTO_TEST_CASE(each_level_is_announced_once_with_every_name_of_its_members)
{
    auto const budget_id = allocate("250", R"(,"currency":"EUR")").text("id");
    debit("124.9999");
    BOOST_TEST(announced().empty());
    auto const crossing = debit("0.0001").text("transactionId");
    BOOST_TEST(announced() == "budget.threshold 50");
    auto const event = events_of(*this, sandbox_key).back();
    BOOST_TEST(
        event.data == R"({"grantId":")" + id +
                          R"(","pct":50,"percentage":50,"thresholdPercent":50,)"
                          R"("remaining":"125.0000","remainingBudget":"125.0000",)"
                          R"("initial":"250.0000","initialBudget":"250.0000","currency":"EUR",)"
                          R"("allocationId":")" +
                          budget_id + R"(","transactionId":")" + crossing + R"("})"
    );
    debit("1"); // beyond a level, which it crosses no more
    BOOST_TEST(announced() == "budget.threshold 50");
    debit("100");
    debit("1");
    BOOST_TEST(announced() == "budget.threshold 50, budget.threshold 80");
    auto const last = debit("23").text("transactionId");
    BOOST_TEST(announced() == "budget.threshold 50, budget.threshold 80, budget.exhausted");
    BOOST_TEST(
        events_of(*this, sandbox_key).back().data ==
        R"({"grantId":")" + id +
            R"(","remaining":"0.0000","initial":"250.0000","initialBudget":"250.0000",)"
            R"("currency":"EUR","allocationId":")" +
            budget_id + R"(","transactionId":")" + last + R"("})"
    );
    expect_error(debit("1"), 402, "INSUFFICIENT_BUDGET");
    BOOST_TEST(announced() == "budget.threshold 50, budget.threshold 80, budget.exhausted");
}

BOOST_AUTO_TEST_CASE(one_debit_announces_all_levels_that_it_crosses)
{
    allocate("3");
    debit("3");
    BOOST_TEST(announced() == "budget.threshold 50, budget.threshold 80, budget.exhausted");
}

BOOST_AUTO_TEST_CASE(the_ledger_is_paged_newest_first)
{
    allocate("1000");
    for (int i = 1; i <= 120; ++i)
        debit(std::to_string(i % 7 + 1));
    auto const balances = [&](std::string const& query) {
        std::vector<std::string> found;
        auto const page = ledger(query);
        BOOST_TEST(page.at("total").as_int64() == 120);
        for (auto const& each : page.at("transactions").as_array())
            found.emplace_back(each.at("balanceAfter").as_string());
        return found;
    };
    auto const all = balances("?pageSize=200");
    BOOST_TEST(all.size() == 120U);
    BOOST_TEST(all.front() == left());
    BOOST_TEST(balances("").size() == 50U);
    BOOST_TEST(balances("?page=&pageSize=").size() == 50U);
    std::vector<std::string> paged;
    for (auto const* const page : {"1", "2", "3", "4", "5"})
        for (auto const& balance : balances("?pageSize=31&page=" + std::string{page}))
            paged.push_back(balance);
    BOOST_TEST(paged == all, boost::test_tools::per_element());
    BOOST_TEST(balances("?page=1000000000&pageSize=200").empty());
    for (auto const* const query :
         {"page=0", "page=-1", "page=1.0", "page=x", "page=+1", "page=1000000001", "page=%201",
          "page=99999999999999999999", "pageSize=0", "pageSize=201", "pageSize=1e2", "pageSize=-50",
          "page=1&page=2"})
        BOOST_TEST_CONTEXT(query)
    expect_error(call("GET", "transactions/" + id + "?" + query), 400, "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(allocations_are_listed_newest_first)
{
    std::vector<std::string> made;
    for (int i = 0; i < 3; ++i) {
        id = grant(agent_id).text("grantId");
        made.push_back(allocate("1").text("id"));
    }
    auto const listed = [&](std::string const& query) {
        std::string ids;
        auto const list = call("GET", "allocations" + query).json();
        BOOST_TEST(list.at("total").as_int64() == 3);
        for (auto const& each : list.at("allocations").as_array())
            ids += std::string{each.at("id").as_string()} + " ";
        return ids;
    };
    BOOST_TEST(listed("") == made[2] + " " + made[1] + " " + made[0] + " ");
    BOOST_TEST(listed("?pageSize=2") == made[2] + " " + made[1] + " ");
    BOOST_TEST(listed("?pageSize=2&page=2") == made[0] + " ");
}

BOOST_AUTO_TEST_SUITE_END()
