// Rules over single events, and what makes two findings the same.
#include "server/rules/anomaly_catalogue.hpp"
#include "server/rules/anomaly_credentials.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace rules;

namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr Timestamp noon{std::chrono::milliseconds{1'772'452'800'000}};
constexpr std::chrono::milliseconds tick{1};

std::vector<std::string> const calendar{"calendar:read"};
std::vector<std::string> const nothing;

} // namespace

BOOST_AUTO_TEST_SUITE(anomaly_credentials)

BOOST_AUTO_TEST_CASE(a_scope_beyond_the_registration_counts_and_one_within_does_not)
{
    std::vector<std::string> const more{"calendar:read", "payments:refund", "email:send"};
    BOOST_TEST(scopes_beyond_registration(calendar, calendar, false).empty());
    std::vector<std::string> const beyond{"payments:refund", "email:send"};
    BOOST_TEST(
        scopes_beyond_registration(more, calendar, false) == beyond,
        boost::test_tools::per_element()
    );
    // Who declared nothing exceeds nothing, unless the server refuses it.
    BOOST_TEST(scopes_beyond_registration(more, nothing, false).empty());
    BOOST_TEST(scopes_beyond_registration(more, nothing, true).size() == 3U);
}

BOOST_AUTO_TEST_CASE(an_escalation_names_the_scope_and_what_it_exceeds)
{
    BOOST_TEST(!scope_escalation({.agent_id = "ag_1", .scopes = 0}));
    auto const found = scope_escalation({"ag_1", "payments:refund", 1, false, ""});
    BOOST_REQUIRE(found);
    BOOST_TEST(found->rule_id == "AD-002");
    BOOST_TEST(
        found->description == "ag_1 asked for payments:refund, which it is not registered for."
    );
    BOOST_TEST(
        found->metadata == R"({"observed":1,"threshold":1,"windowSeconds":0,"baseline":null})"
    );
    auto const parent = scope_escalation({"ag_1", "email:send", 3, true, "grnt_1"});
    BOOST_TEST(
        parent->description ==
        "ag_1 asked for email:send and 2 more scopes, which the parent grant does not hold."
    );
    BOOST_TEST(parent->metadata.find(R"("grantId":"grnt_1")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_country_is_unusual_once_enough_is_known)
{
    std::vector<std::string> const known{"DE", "FR"};
    auto const seen = [&](std::string_view country, std::int64_t before, hours ago) {
        return unusual_geography({"ag_1", "grnt_1", country, known, before, noon - ago}, noon);
    };
    hours const week{7 * 24};
    auto const found = seen("BR", 20, week);
    BOOST_REQUIRE(found);
    BOOST_TEST(found->rule_id == "AD-003");
    BOOST_TEST(found->subject == "BR");
    BOOST_TEST(!seen("FR", 20, week));
    BOOST_TEST(!seen("BR", 19, week));
    BOOST_TEST(!seen("BR", 20, week - hours{1}));
    BOOST_TEST(!seen("", 20, week));
    BOOST_TEST(!unusual_geography({.agent_id = "ag_1", .country = "BR"}, noon));
}

BOOST_AUTO_TEST_CASE(a_credential_is_replayed_after_its_retry_window_or_its_successor)
{
    auto const again = [](std::chrono::milliseconds after, bool successor_used) {
        return replay_attempt(
            {"refresh token", "grnt_1", "ag_1", "user_1", after, seconds{120}, successor_used}
        );
    };
    BOOST_TEST(!again(seconds{120}, false));
    BOOST_TEST(again(seconds{1}, true).has_value());
    auto const found = again(seconds{120} + tick, false);
    BOOST_REQUIRE(found);
    BOOST_TEST(found->rule_id == "AD-009");
    BOOST_TEST(found->subject == "grnt_1");
    BOOST_TEST(found->principal_id.value() == "user_1");
    BOOST_TEST(found->description == "A used refresh token of grnt_1 was presented again.");
}

BOOST_AUTO_TEST_CASE(an_unknown_agent_is_told_by_its_did)
{
    auto const found = unknown_agent("ag_9", "did:grantex:ag_9");
    BOOST_TEST(found.rule_id == "AD-008");
    BOOST_TEST(found.agent_id.value() == "ag_9");
    BOOST_TEST(found.description.find("did:grantex:ag_9") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_bundle_is_stale_after_a_day_without_synchronising)
{
    OfflineBundle bundle{
        .bundle_id = "bnd_1", .agent_id = "ag_1", .grant_id = "grnt_1", .created_at = noon};
    BOOST_TEST(!offline_bundle_stale(bundle, noon + hours{24}));
    auto const found = offline_bundle_stale(bundle, noon + hours{24} + tick);
    BOOST_REQUIRE(found);
    BOOST_TEST(found->rule_id == "AD-010");
    BOOST_TEST(found->subject == "bnd_1");
    bundle.synced_at = noon + hours{20};
    BOOST_TEST(!offline_bundle_stale(bundle, noon + hours{44}));
    BOOST_TEST(offline_bundle_stale(bundle, noon + hours{44} + tick).has_value());
    bundle.active = false;
    BOOST_TEST(!offline_bundle_stale(bundle, noon + hours{440}));
}

BOOST_AUTO_TEST_CASE(a_fingerprint_tells_developer_rule_agent_principal_and_subject_apart)
{
    AnomalyFinding const base{
        .rule_id = "AD-009",
        .agent_id = "a",
        .principal_id = "p",
        .subject = "s",
        .description = "d",
        .metadata = "{}"};
    auto words = base;
    words.description = "other words";
    words.metadata = R"({"count":2})";
    auto const same = anomaly_fingerprint("dev_1", base);
    BOOST_TEST(anomaly_fingerprint("dev_1", words) == same);
    auto rule = base, agent = base, principal = base, subject = base, shifted = base;
    rule.rule_id = "AD-008";
    agent.agent_id.reset();
    principal.principal_id = "q";
    subject.subject = "";
    shifted.agent_id = "";
    shifted.principal_id = "a";
    std::set<std::string> all{same, anomaly_fingerprint("dev_2", base)};
    for (auto const& finding : {rule, agent, principal, subject, shifted})
        all.insert(anomaly_fingerprint("dev_1", finding));
    BOOST_TEST(all.size() == 7U);
}

BOOST_AUTO_TEST_CASE(a_closed_alert_keeps_its_finding_quiet_for_a_day)
{
    BOOST_TEST(!is_quiet({}, noon));
    BOOST_TEST(is_quiet(noon, noon));
    BOOST_TEST(is_quiet(noon, noon + hours{24} - tick));
    BOOST_TEST(!is_quiet(noon, noon + hours{24}));
}

BOOST_AUTO_TEST_CASE(every_built_in_rule_is_found_by_its_id_and_its_alias)
{
    auto const all = built_in_anomalies();
    BOOST_TEST(all.size() == 13U);
    std::set<std::string_view> names;
    for (auto const& rule : all) {
        BOOST_TEST(find_built_in_anomaly(rule.id) == &rule);
        BOOST_TEST(find_built_in_anomaly(rule.alias) == &rule);
        names.insert(rule.id);
        names.insert(rule.alias);
        BOOST_TEST(!rule.description.empty());
    }
    BOOST_TEST(names.size() == 26U);
    BOOST_TEST(find_built_in_anomaly("AD-014") == nullptr);
    BOOST_TEST(find_built_in_anomaly("") == nullptr);
    BOOST_TEST(is_grave("critical"));
    BOOST_TEST(is_grave("high"));
    BOOST_TEST(!is_grave("medium"));
}

BOOST_AUTO_TEST_SUITE_END()
