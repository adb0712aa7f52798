// Data keys by the master key that wraps them: what is left under an old one is found at once.
#include "storage/keys.hpp"

#include "tests/storage/open_store.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct KeyStore : Store
{
    KeyStore()
    {
        for (auto const* const id : {"dek_1", "dek_2", "dek_3", "dek_4"})
            storage::insert_data_key(
                writer, {id, "dev_1", std::string{"v1."} + master_of(id) + ".text", start_time}
            );
    }
    static char const* master_of(std::string_view id)
    {
        return id == "dek_1" ? "00000001" : id == "dek_4" ? "fffffffe" : "7777aaaa";
    }
    std::string not_under(std::string_view master, std::int64_t limit = 100)
    {
        std::string ids;
        for (auto const& row : storage::list_data_keys_not_under(reader, master, limit))
            ids += row.id + " ";
        return ids;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(keys, KeyStore)

BOOST_AUTO_TEST_CASE(data_keys_under_other_master_keys_are_found_until_none_is_left)
{
    BOOST_TEST(storage::count_data_keys_not_under(reader, "7777aaaa") == 2);
    BOOST_TEST(storage::count_data_keys_not_under(reader, "12345678") == 4);
    BOOST_TEST(not_under("7777aaaa") == "dek_1 "); // those that sort below come first
    BOOST_TEST(not_under("ffffffff", 2).size() == 12U);
    storage::update_data_key(writer, "dek_1", "v1.7777aaaa.other");
    BOOST_TEST(not_under("7777aaaa") == "dek_4 ");
    storage::update_data_key(writer, "dek_4", "v1.7777aaaa.other");
    BOOST_TEST(not_under("7777aaaa").empty());
    BOOST_TEST(storage::count_data_keys_not_under(reader, "7777aaaa") == 0);
}

BOOST_AUTO_TEST_CASE(the_master_keys_in_use_are_listed_once_each)
{
    auto const masters = storage::list_data_key_masters(reader);
    BOOST_TEST((masters == std::vector<std::string>{"00000001", "7777aaaa", "fffffffe"}));
}

BOOST_AUTO_TEST_CASE(a_signing_key_is_sealed_or_gone_and_its_name_is_given_once)
{
    storage::SigningKeyRow const row{"k1", "v1.m.text", start_time, start_time, 60, {}};
    storage::insert_signing_key(writer, row);
    BOOST_CHECK_THROW(storage::insert_signing_key(writer, row), SQLite::Exception);
    storage::expire_signing_key(writer, "k1", start_time);
    auto const rows = storage::list_signing_keys(reader);
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    BOOST_TEST(!rows[0].sealed);
    BOOST_TEST((rows[0].gone_at == start_time));
    BOOST_CHECK_THROW(storage::insert_signing_key(writer, row), SQLite::Exception);
    // A key that is gone does not come back by being wrapped anew.
    BOOST_CHECK_THROW(storage::update_signing_key(writer, "k1", "v1.n.text"), SQLite::Exception);
}

BOOST_AUTO_TEST_SUITE_END()
