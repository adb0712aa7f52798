// Rules over grants, delegation, revocation and budgets, from the request to the alert.
#include "server/api/note_signals.hpp"
#include "storage/grants.hpp"
#include "tests/server/api/anomaly_server.hpp"

using namespace support;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct GrantServer : AnomalyServer
{
    GrantServer() : AnomalyServer(server::Flags{{"max-delegation-depth", "4"}}) {}

    // Hands `parent` on to a new agent; the answer of the last delegation.
    Answer chain(Answer parent, int hops)
    {
        for (int i = 0; i < hops; ++i) {
            parent = delegate(parent.text("grantToken"), agent());
            BOOST_REQUIRE_EQUAL(parent.status, 201);
        }
        return parent;
    }
    void revocations(int times)
    {
        for (int i = 0; i < times; ++i)
            revoke(grant(id).text("grantId"));
    }
    // What POST /v1/budget/debit tells detection.
    void debit(storage::Grant const& grant, std::int64_t amount, std::int64_t budget)
    {
        server::Turn turn{app, app.writer, app.clock.now()};
        api::note_debit_now(turn, grant, amount, budget);
    }
    storage::Grant stored_grant()
    {
        auto const grant_id = grant(id).text("grantId");
        return storage::find_grant(app.reader, developer_id(*this, sandbox_key), grant_id).value();
    }
    // As many grants of the agent, spread over the seven days that end five minutes ago.
    void past_grants(int count)
    {
        auto past = stored_grant();
        auto const step = milliseconds{hours{24 * 7}} / (count + 1);
        app.writer.execute("BEGIN");
        for (int i = 1; i <= count; ++i) {
            past.issued_at = app.clock.now() - minutes{5} - hours{24 * 7} + i * step;
            past.id = crypto::last_id_at("grnt", past.issued_at);
            storage::insert_grant(app.writer, past);
        }
        app.writer.execute("COMMIT");
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(anomalies_of_grants, GrantServer)

BOOST_AUTO_TEST_CASE(the_eleventh_grant_in_five_minutes_is_a_velocity_spike)
{
    grants(10);
    BOOST_TEST(!fires("AD-001"));
    grants(1);
    auto const spike = found("AD-001");
    BOOST_REQUIRE(spike);
    BOOST_TEST(spike->at("type").as_string() == "velocity_spike");
    BOOST_TEST(spike->at("metadata").at("observed").as_int64() == 11);
    BOOST_TEST(spike->at("metadata").at("baseline").as_int64() == 1);
    expect_a_quiet_day("AD-001", [&] { grants(11); });
}

BOOST_AUTO_TEST_CASE(grants_leave_the_five_minutes_to_the_millisecond)
{
    grants(6);
    advance(minutes{5} - milliseconds{1});
    grants(5);
    BOOST_TEST(fires("AD-001"));
    advance(milliseconds{1});
    BOOST_TEST(!fires("AD-001"));
}

BOOST_AUTO_TEST_CASE(who_is_always_busy_is_measured_by_the_days_before)
{
    past_grants(2 * 2016); // two in five minutes, and one more now
    grants(19);
    BOOST_TEST(!fires("AD-001"));
    grants(1);
    auto const spike = found("AD-001");
    BOOST_REQUIRE(spike);
    BOOST_TEST(spike->at("metadata").at("threshold").to_number<double>() == 20.0);
}

BOOST_AUTO_TEST_CASE(a_first_grant_of_a_pair_is_told_once_for_ever)
{
    grant(id);
    auto const first = found("AD-013");
    BOOST_REQUIRE(first);
    BOOST_TEST(first->at("agentId").as_string() == id);
    BOOST_TEST(first->at("principalId").as_string() == "user_1");
    BOOST_TEST(first->at("description").as_string() == "First grant of user_1 to " + id + ".");

    grant(id);                                                // not the first
    BOOST_TEST(found("AD-013")->at("id") == first->at("id")); // it holds for a day
    BOOST_TEST(occurrences("AD-013") == 1);
    advance(hours{24} - milliseconds{1});
    BOOST_TEST(fires("AD-013"));
    advance(milliseconds{1});
    BOOST_TEST(!fires("AD-013"));

    auto const path = "/v1/anomaly/alerts/" + std::string{first->at("id").as_string()} + "/resolve";
    BOOST_TEST(ask("POST", path).status == 200);
    advance(hours{24 * 40});
    grant(id);
    BOOST_TEST(!fires("AD-013"));
    grant(id, R"("principalId":"user_2")");
    BOOST_TEST(found("AD-013")->at("principalId").as_string() == "user_2");
}

BOOST_AUTO_TEST_CASE(a_sub_agent_meets_the_principal_too)
{
    auto const sub = agent();
    auto const parent = grant(id);
    BOOST_TEST(detect().json().at("total").as_int64() == 1);
    delegate(parent.text("grantToken"), sub);
    BOOST_TEST(detect().json().at("total").as_int64() == 2);
}

BOOST_AUTO_TEST_CASE(the_second_hop_is_a_spike_until_it_is_usual)
{
    chain(grant(id), 1);
    BOOST_TEST(!fires("AD-005"));
    auto const second = chain(grant(id), 2);
    auto const spike = found("AD-005");
    BOOST_REQUIRE(spike);
    BOOST_TEST(spike->at("agentId").as_string() == id); // the root's
    BOOST_TEST(spike->at("metadata").at("grantId").as_string() == second.text("grantId"));
    BOOST_TEST(spike->at("metadata").at("observed").as_int64() == 2);
    BOOST_TEST(spike->at("metadata").at("baseline").as_int64() == 1);

    advance(minutes{2});
    chain(grant(id), 2); // as deep as before
    BOOST_TEST(!fires("AD-005"));
    BOOST_TEST(occurrences("AD-005") == 1);
    chain(grant(id), 3);
    BOOST_TEST(fires("AD-005"));
    BOOST_TEST(occurrences("AD-005") == 2);
    advance(hours{24 * 30} + seconds{1}); // what was usual is forgotten
    chain(grant(id), 2);
    BOOST_TEST(fires("AD-005"));
}

BOOST_AUTO_TEST_CASE(the_deepest_hop_that_is_allowed_always_is_a_spike)
{
    chain(grant(id), 4);
    BOOST_TEST(fires("AD-005"));
    expect_a_quiet_day("AD-005", [&] { chain(grant(id), 4); });
}

BOOST_AUTO_TEST_CASE(the_sixth_revocation_in_a_minute_is_rapid)
{
    revocations(5);
    BOOST_TEST(!fires("AD-006"));
    advance(seconds{60} - milliseconds{1});
    revocations(1);
    auto const rapid = found("AD-006");
    BOOST_REQUIRE(rapid);
    BOOST_TEST(rapid->at("severity").as_string() == "critical");
    BOOST_TEST(rapid->at("agentId").is_null());
    BOOST_TEST(rapid->at("metadata").at("observed").as_int64() == 6);
    expect_a_quiet_day("AD-006", [&] { revocations(6); });
}

BOOST_AUTO_TEST_CASE(six_revocations_in_more_than_a_minute_are_not_rapid)
{
    revocations(5);
    advance(seconds{60});
    revocations(1);
    BOOST_TEST(!fires("AD-006"));
}

BOOST_AUTO_TEST_CASE(any_minute_counts_not_only_the_last_one)
{
    revocations(6);
    advance(hours{2}); // nobody looked meanwhile
    BOOST_TEST(fires("AD-006"));
}

BOOST_AUTO_TEST_CASE(a_cascade_and_a_deleted_agent_are_one_revocation_each)
{
    auto const root = grant(id);
    for (int i = 0; i < 6; ++i)
        delegate(root.text("grantToken"), agent());
    revoke(root.text("grantId"));
    auto const doomed = agent();
    for (int i = 0; i < 6; ++i)
        grant(doomed);
    BOOST_TEST(ask("DELETE", "/v1/agents/" + doomed).status == 204);
    BOOST_TEST(!fires("AD-006"));
    revocations(3);
    BOOST_TEST(!fires("AD-006"));
    revocations(1);
    BOOST_TEST(fires("AD-006"));
}

BOOST_AUTO_TEST_CASE(nine_tenths_of_a_budget_within_an_hour_are_a_cliff)
{
    auto const spender = stored_grant();
    auto const other = stored_grant();
    debit(spender, 500'000, 1'000'000);
    debit(other, 899'999, 1'000'000);
    advance(minutes{60} - milliseconds{1});
    debit(spender, 399'999, 1'000'000);
    BOOST_TEST(!fires("AD-007"));
    debit(spender, 1, 1'000'000);
    auto const cliff = found("AD-007");
    BOOST_REQUIRE(cliff);
    BOOST_TEST(cliff->at("type").as_string() == "budget_cliff");
    BOOST_TEST(cliff->at("metadata").at("grantId").as_string() == spender.id);
    BOOST_TEST(cliff->at("metadata").at("observed").to_number<double>() == 0.9);
    expect_a_quiet_day("AD-007", [&] { debit(spender, 900'000, 1'000'000); });
}

BOOST_AUTO_TEST_CASE(the_same_spent_in_more_than_an_hour_is_no_cliff)
{
    auto const spender = stored_grant();
    debit(spender, 500'000, 1'000'000);
    advance(minutes{60});
    debit(spender, 400'000, 1'000'000);
    BOOST_TEST(!fires("AD-007"));
}

BOOST_AUTO_TEST_CASE(signals_are_not_kept_once_every_window_has_passed_over_them)
{
    revocations(6);
    detect();
    BOOST_TEST(rows_of(*this, "anomaly_signals") == 6);
    advance(minutes{60});
    detect();
    BOOST_TEST(rows_of(*this, "anomaly_signals") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
