#include "server/rules/webhook_delivery.hpp"

#include "crypto/hash.hpp"
#include "server/rules/event_data.hpp"
#include "server/rules/event_types.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace std::chrono_literals;

// The worked example of the protocol text.
constexpr rules::EventText example{
    .id = "evt_01K3ZQ8M5T7V9XB2C4D6F8G0HJ",
    .type = "grant.revoked",
    .created_at = rules::Timestamp{1'789'374'600'000ms},
    .data = R"({"grantId":"grnt_01K3ZPW4N6Q8R0S2T4V6W8X0YZ",)"
            R"("agentId":"ag_01K3ZPT1A2B3C4D5E6F7G8H9JK","principalId":"user-7f3a",)"
            R"("cascade":true,"descendantCount":2,"revokedBy":"developer"})"};
constexpr std::string_view secret =
    "whsec_6b3b593cc98878dd47fe51138a17229bdd5568766da18622f766c331b420016b";

} // namespace

BOOST_AUTO_TEST_SUITE(webhook_delivery)

BOOST_AUTO_TEST_CASE(the_envelope_of_the_worked_example_has_its_bytes)
{
    auto const body = rules::event_envelope(example);
    BOOST_TEST(body.size() == 281U);
    BOOST_TEST(
        crypto::hex(crypto::sha256(body)) ==
        "c566d79a95cf1e5be927e3fa85d37a55a84c15d540a626228360776fafead46a"
    );
}

BOOST_AUTO_TEST_CASE(the_signatures_of_the_worked_example_are_its_own)
{
    auto const signatures = rules::sign_webhook(
        secret, rules::Timestamp{1'789'374'601'999ms}, rules::event_envelope(example)
    );
    BOOST_TEST(signatures.timestamp == "1789374601");
    BOOST_TEST(
        signatures.v2 == "sha256=0cd556e86e4c747dc9ad6a133387b3ba7ab6f0c104ec38b50fc9ea3a7519bcf5"
    );
    BOOST_TEST(
        signatures.legacy ==
        "sha256=74b7f5694e8e6f145519e353a583ca55960b3be9f7654d328cf67fc0cad718de"
    );
}

BOOST_AUTO_TEST_CASE(the_envelope_of_streams_repeats_the_data_as_payload)
{
    auto const envelope = boost::json::parse(rules::stream_envelope(example)).as_object();
    BOOST_TEST(envelope.size() == 5U);
    BOOST_TEST(envelope.at("payload") == envelope.at("data"));
}

BOOST_AUTO_TEST_CASE(the_waits_between_attempts_double_up_to_an_hour)
{
    std::chrono::seconds const waits[] = {30s,  60s,   120s,  240s,  480s,
                                          960s, 1920s, 3600s, 3600s, 3600s};
    int attempt = 0;
    for (auto const wait : waits)
        BOOST_TEST(rules::retry_wait(++attempt).count() == wait.count());
}

BOOST_AUTO_TEST_CASE(jitter_adds_up_to_a_tenth_and_never_takes_away)
{
    BOOST_TEST(rules::jittered_retry_wait(1, 0).count() == 30'000);
    BOOST_TEST(rules::jittered_retry_wait(1, 1000).count() == 33'000);
    for (std::uint32_t random = 0; random < 5000; ++random) {
        auto const wait = rules::jittered_retry_wait(3, random * 858'993U);
        BOOST_REQUIRE(wait >= 120s);
        BOOST_REQUIRE(wait <= 132s);
    }
}

BOOST_AUTO_TEST_CASE(event_data_that_fits_is_left_as_it_is)
{
    auto const data = R"({"scopes": [ "a" ]})";
    BOOST_TEST(rules::bounded_event_data(data) == data);
}

BOOST_AUTO_TEST_CASE(an_array_that_is_too_long_is_cut_to_100_items_and_says_so)
{
    boost::json::array grants;
    for (int i = 0; i < 2000; ++i)
        grants.emplace_back("grnt_01K3ZPW4N6Q8R0S2T4V6W8X0YZ");
    boost::json::object const whole{{"revokedGrants", grants}, {"anomalyCount", 3}};
    auto const cut =
        boost::json::parse(rules::bounded_event_data(boost::json::serialize(whole))).as_object();
    BOOST_TEST(cut.at("revokedGrants").as_array().size() == 100U);
    BOOST_TEST(cut.at("revokedGrantsTruncated").as_bool());
    BOOST_TEST(cut.at("anomalyCount").as_int64() == 3);
}

BOOST_AUTO_TEST_CASE(a_hundred_long_items_are_cut_further_until_they_fit)
{
    boost::json::array scopes;
    for (int i = 0; i < 100; ++i)
        scopes.emplace_back(std::string(256, 's'));
    auto const text =
        rules::bounded_event_data(boost::json::serialize(boost::json::object{{"scopes", scopes}}));
    BOOST_TEST(text.size() <= rules::event_data_bytes_max);
    BOOST_TEST(boost::json::parse(text).as_object().at("scopesTruncated").as_bool());
}

BOOST_AUTO_TEST_CASE(the_catalogue_knows_its_types_and_no_others)
{
    BOOST_TEST(rules::event_types().size() == 36U);
    BOOST_TEST(rules::is_event_type("grant.revoked"));
    BOOST_TEST(!rules::is_event_type("grant.exploded"));
    BOOST_TEST(!rules::is_event_type(""));
}

BOOST_AUTO_TEST_SUITE_END()
