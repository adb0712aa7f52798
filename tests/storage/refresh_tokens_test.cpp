// Refresh tokens and authorization requests: transitions that only one of two can win.
#include "storage/auth_requests.hpp"
#include "storage/refresh_tokens.hpp"
#include "tests/storage/open_store.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct Family : Store
{
    Family() { grant("g1", "ag_1"); }

    void add(std::string const& id, std::string const& grant_id = "g1")
    {
        storage::insert_refresh_token(
            writer, {.id = id,
                     .grant_id = grant_id,
                     .token_hash = "hash of " + id,
                     .status = "current",
                     .expires_at = start_time + std::chrono::hours{1},
                     .used_at = {},
                     .successor = {}}
        );
    }
    void ask(std::string const& id, std::string const& status = "pending")
    {
        storage::AuthRequest request;
        request.id = id;
        request.developer_id = "dev_1";
        request.agent_id = "ag_1";
        request.principal_id = "user_1";
        request.scopes = {"a"};
        request.expires_in = "24h";
        request.expires_in_seconds = 86'400;
        request.status = status;
        request.created_at = start_time;
        request.decide_by = start_time + std::chrono::hours{1};
        storage::insert_auth_request(writer, request);
    }
    std::string status_of(std::string const& id)
    {
        return storage::find_auth_request(reader, id)->status;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(refresh_tokens, Family)

BOOST_AUTO_TEST_CASE(a_grant_has_at_most_one_current_token)
{
    add("r1");
    BOOST_CHECK_THROW(add("r2"), SQLite::Exception);
    grant("g2", "ag_1");
    add("r3", "g2");
    BOOST_TEST(storage::consume_refresh_token(writer, "r1", "r2", start_time));
    add("r2");
    BOOST_CHECK_THROW(
        writer.execute("UPDATE refresh_tokens SET status = 'current' WHERE id = 'r1'"),
        SQLite::Exception
    );
}

BOOST_AUTO_TEST_CASE(a_token_is_used_once_and_names_its_successor)
{
    add("r1");
    BOOST_TEST(storage::consume_refresh_token(writer, "r1", "r2", start_time));
    BOOST_TEST(!storage::consume_refresh_token(writer, "r1", "r9", start_time));
    BOOST_TEST(!storage::consume_refresh_token(writer, "r0", "r9", start_time));
    auto const used = storage::find_refresh_token(reader, "r1", "hash of r1").value();
    BOOST_TEST(used.status == "used");
    BOOST_TEST((used.used_at == start_time));
    BOOST_TEST(used.successor.value() == "r2");
    BOOST_TEST(!storage::find_successor_used(reader, "r2"));
    add("r2");
    BOOST_TEST(!storage::find_successor_used(reader, "r2"));
    storage::consume_refresh_token(writer, "r2", "r3", start_time);
    BOOST_TEST(storage::find_successor_used(reader, "r2"));
}

BOOST_AUTO_TEST_CASE(a_token_is_found_by_id_and_hash_together)
{
    add("r1");
    BOOST_TEST(storage::find_refresh_token(reader, "r1", "hash of r1").has_value());
    BOOST_TEST(!storage::find_refresh_token(reader, "r1", "hash of r2").has_value());
    BOOST_TEST(!storage::find_refresh_token(reader, "r2", "hash of r1").has_value());
    BOOST_TEST(!storage::find_refresh_token(reader, "r1", "").has_value());
}

BOOST_AUTO_TEST_CASE(ending_a_family_leaves_used_tokens_as_they_were)
{
    add("r1");
    storage::consume_refresh_token(writer, "r1", "r2", start_time);
    add("r2");
    grant("g2", "ag_1");
    add("other", "g2");
    BOOST_TEST(storage::revoke_refresh_family(writer, "g1") == 1);
    BOOST_TEST(storage::revoke_refresh_family(writer, "g1") == 0);
    BOOST_TEST(storage::find_refresh_token(reader, "r1", "hash of r1")->status == "used");
    BOOST_TEST(storage::find_refresh_token(reader, "r2", "hash of r2")->status == "revoked");
    BOOST_TEST(storage::find_refresh_token(reader, "other", "hash of other")->status == "current");
    BOOST_TEST(!storage::consume_refresh_token(writer, "r2", "r3", start_time));
}

BOOST_AUTO_TEST_CASE(a_request_is_decided_once_and_before_its_deadline)
{
    auto const deadline = start_time + std::chrono::hours{1};
    auto const before = deadline - std::chrono::milliseconds{1};
    ask("late");
    BOOST_TEST(!storage::update_auth_request_to_approved(writer, "late", "h0", deadline));
    BOOST_TEST(!storage::update_auth_request_to_denied(writer, "late", deadline));
    BOOST_TEST(status_of("late") == "pending");
    BOOST_TEST(storage::update_auth_request_to_approved(writer, "late", "h1", before));
    BOOST_TEST(!storage::update_auth_request_to_approved(writer, "late", "h2", before));
    BOOST_TEST(!storage::update_auth_request_to_denied(writer, "late", before));
    auto const approved = storage::find_auth_request_by_code(reader, "dev_1", "h1").value();
    BOOST_TEST(approved.id == "late");
    BOOST_TEST((approved.approved_at == before));
    BOOST_TEST(!storage::find_auth_request_by_code(reader, "dev_2", "h1").has_value());
    BOOST_TEST(!storage::find_auth_request_by_code(reader, "dev_1", "h2").has_value());

    BOOST_TEST(storage::consume_auth_request(writer, "late", "g1", start_time));
    BOOST_TEST(!storage::consume_auth_request(writer, "late", "g2", start_time));
    auto const consumed = storage::find_auth_request(reader, "late").value();
    BOOST_TEST(consumed.status == "consumed");
    BOOST_TEST(consumed.grant_id.value() == "g1");
    ask("denied");
    BOOST_TEST(storage::update_auth_request_to_denied(writer, "denied", before));
    BOOST_TEST(!storage::consume_auth_request(writer, "denied", "g1", start_time));
}

BOOST_AUTO_TEST_CASE(what_an_agent_still_had_open_is_cancelled)
{
    for (auto const* const status : {"pending", "approved", "denied", "consumed"})
        ask(status, status);
    BOOST_TEST(storage::revoke_open_auth_requests(writer, "ag_1") == 2);
    BOOST_TEST(status_of("pending") == "cancelled");
    BOOST_TEST(status_of("approved") == "cancelled");
    BOOST_TEST(status_of("denied") == "denied");
    BOOST_TEST(status_of("consumed") == "consumed");
}

BOOST_AUTO_TEST_SUITE_END()
