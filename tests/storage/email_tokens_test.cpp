// Tokens of links, and the mails that carry them.
#include "storage/developers.hpp"
#include "storage/email_tokens.hpp"
#include "storage/mails.hpp"
#include "tests/storage/open_store.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using support::start_time;

namespace {

struct TokenStore : support::Store
{
    storage::EmailToken
    token(std::string const& id, std::string const& developer_id = "dev_1", int age_hours = 0)
    {
        auto const made = start_time - std::chrono::hours{age_hours};
        storage::EmailToken const token{
            id, developer_id, "hash of " + id, "a@b.c", made, made + 24h, {}};
        storage::insert_email_token(writer, token);
        storage::insert_mail(
            writer, {id, developer_id, "a@b.c", "sealed", 0, made, made, made + 24h}
        );
        return token;
    }
    bool has(std::string const& id)
    {
        return storage::find_email_token(reader, "hash of " + id).has_value();
    }
    std::string due(storage::Timestamp now, std::int64_t limit = 10)
    {
        std::string ids;
        for (auto const& mail : storage::list_due_mails(reader, now, limit))
            ids += mail.id + " ";
        return ids;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(email_tokens, TokenStore)

BOOST_AUTO_TEST_CASE(a_token_is_found_by_its_hash_and_used_once)
{
    auto const made = token("emv_1");
    auto const found = storage::find_email_token(reader, made.token_hash);
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->id == "emv_1");
    BOOST_TEST(found->developer_id == "dev_1");
    BOOST_TEST(found->email == "a@b.c");
    BOOST_TEST((found->expires_at == made.expires_at));
    BOOST_TEST(!found->used_at.has_value());
    BOOST_TEST(!storage::find_email_token(reader, "emv_1").has_value());

    BOOST_TEST(storage::consume_email_token(writer, "emv_1", start_time));
    BOOST_TEST(!storage::consume_email_token(writer, "emv_1", start_time + 1h));
    BOOST_TEST((storage::find_email_token(reader, made.token_hash)->used_at == start_time));
}

BOOST_AUTO_TEST_CASE(no_two_developers_have_one_address_confirmed_or_not)
{
    add_developer("dev_2");
    storage::update_developer_email(writer, "dev_1", "a@b.c");
    auto const holder = storage::find_developer_by_email(reader, "a@b.c");
    BOOST_REQUIRE(holder.has_value());
    BOOST_TEST(holder->id == "dev_1");
    BOOST_TEST(holder->email_verified);
    BOOST_CHECK_THROW(storage::update_developer_email(writer, "dev_2", "a@b.c"), SQLite::Exception);
    writer.execute("UPDATE developers SET email_verified = 0");
    BOOST_CHECK_THROW(storage::update_developer_email(writer, "dev_2", "a@b.c"), SQLite::Exception);
}

BOOST_AUTO_TEST_CASE(no_two_tokens_have_one_hash)
{
    auto copy = token("emv_1");
    copy.id = "emv_2";
    BOOST_CHECK_THROW(storage::insert_email_token(writer, copy), SQLite::Exception);
}

BOOST_AUTO_TEST_CASE(only_the_newest_unexpired_tokens_of_a_developer_are_kept)
{
    add_developer("dev_2");
    token("emv_0", "dev_1", 24); // expired: not counted, not dropped
    for (auto const* const id : {"emv_1", "emv_2", "emv_3"})
        token(id);
    token("emv_4", "dev_2");
    storage::consume_mail(writer, "emv_1");
    storage::delete_older_email_tokens(writer, "dev_1", start_time, 1);
    BOOST_TEST(has("emv_0"));
    BOOST_TEST(!has("emv_1"));
    BOOST_TEST(!has("emv_2"));
    BOOST_TEST(has("emv_3"));
    BOOST_TEST(has("emv_4"));
    BOOST_TEST(due(start_time) == "emv_0 emv_3 emv_4 "); // in the order of their times
    // The mail of emv_1 was sent already: it still counts.
    auto const third = storage::find_nth_newest_mail_time(reader, "dev_1", 3);
    BOOST_TEST((third == start_time - 24h));
    BOOST_TEST(!storage::find_nth_newest_mail_time(reader, "dev_1", 4).has_value());
}

BOOST_AUTO_TEST_CASE(old_tokens_are_removed_in_slices)
{
    for (auto const* const id : {"emv_1", "emv_2", "emv_3"})
        token(id, "dev_1", 48);
    token("emv_4");
    BOOST_TEST(storage::expire_email_tokens(writer, start_time, 2) == 2);
    BOOST_TEST(storage::expire_email_tokens(writer, start_time, 2) == 1);
    BOOST_TEST(storage::expire_email_tokens(writer, start_time, 2) == 0);
    BOOST_TEST(has("emv_4"));
}

BOOST_AUTO_TEST_CASE(a_mail_is_due_until_it_is_sent_and_later_after_a_failure)
{
    token("emv_1");
    token("emv_2");
    BOOST_TEST(due(start_time - 1ms).empty());
    BOOST_TEST(due(start_time, 1) == "emv_1 ");
    storage::update_mail_attempt(writer, "emv_1", start_time + 1h);
    BOOST_TEST(due(start_time) == "emv_2 ");
    BOOST_TEST(due(start_time + 1h) == "emv_2 emv_1 ");
    BOOST_TEST(storage::list_due_mails(reader, start_time + 1h, 10).back().attempts == 1);
    storage::consume_mail(writer, "emv_2");
    BOOST_TEST(due(start_time + 1h) == "emv_1 ");
    storage::update_mail_attempt(writer, "emv_2", start_time); // was sent meanwhile
    BOOST_TEST(due(start_time + 1h) == "emv_1 ");
    BOOST_TEST(reader.list<std::int64_t>("SELECT COUNT(sealed_token) FROM mails").front() == 1);
}

BOOST_AUTO_TEST_CASE(mails_stay_until_their_link_expires_and_they_are_done)
{
    for (auto const* const id : {"emv_1", "emv_2", "emv_3"})
        token(id);
    storage::consume_mail(writer, "emv_1");
    storage::consume_mail(writer, "emv_2");
    BOOST_TEST(storage::expire_mails(writer, start_time + 24h - 1ms, 9) == 0);
    BOOST_TEST(storage::expire_mails(writer, start_time + 24h, 1) == 1);
    BOOST_TEST(storage::expire_mails(writer, start_time + 24h, 9) == 1);
    BOOST_TEST(due(start_time) == "emv_3 ");
}

BOOST_AUTO_TEST_SUITE_END()
