#include "crypto/ids.hpp"

#include "crypto/ulid.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <vector>

namespace {

using namespace std::chrono_literals;

constexpr crypto::Timestamp noon{1'772'442'724'000ms};

std::string time_of(std::string const& id)
{
    return id.substr(id.find('_') + 1, 10);
}

crypto::Ulid all_ones_after(crypto::Ulid ulid)
{
    std::fill(ulid.begin() + 6, ulid.end(), static_cast<unsigned char>(0xFF));
    return ulid;
}

} // namespace

BOOST_AUTO_TEST_SUITE(ids)

BOOST_AUTO_TEST_CASE(an_id_is_its_prefix_and_26_crockford_characters)
{
    crypto::Ids ids;
    for (int i = 0; i < 1'000; ++i) {
        auto const id = ids.next("grnt", noon + std::chrono::milliseconds(i));
        BOOST_REQUIRE(id.size() == 31);
        BOOST_REQUIRE(id.starts_with("grnt_"));
        BOOST_REQUIRE(
            id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 5) == std::string::npos
        );
    }
}

// The example of the ULID specification: 1469918176385 ms is 01ARYZ6S41.
BOOST_AUTO_TEST_CASE(the_first_ten_characters_are_the_milliseconds)
{
    crypto::Ids ids;
    BOOST_TEST(time_of(ids.next("x", crypto::Timestamp{1ms})) == "0000000001");
    BOOST_TEST(time_of(ids.next("x", crypto::Timestamp{1'469'918'176'385ms})) == "01ARYZ6S41");
    BOOST_TEST(time_of(ids.next("x", crypto::Timestamp{281'474'976'710'655ms})) == "7ZZZZZZZZZ");
}

BOOST_AUTO_TEST_CASE(a_ulid_is_written_as_one_number_in_base_32)
{
    BOOST_TEST(crypto::ulid_text({}) == "00000000000000000000000000");
    crypto::Ulid ones{};
    ones.fill(0xFF);
    BOOST_TEST(crypto::ulid_text(ones) == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    // Computed with a big-number calculator from 0x0123456789abcdeffedcba9876543210.
    crypto::Ulid const mixed{0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF,
                             0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10};
    BOOST_TEST(crypto::ulid_text(mixed) == "014D2PF2DBSQQZXQ5TK1V58CGG");
}

BOOST_AUTO_TEST_CASE(S_014_a_hundred_thousand_ids_are_unique_and_in_order)
{
    crypto::Ids ids;
    std::vector<std::string> made;
    for (int i = 0; i < 100'000; ++i)
        made.push_back(ids.next("tok", noon + std::chrono::milliseconds(i / 100)));
    BOOST_TEST(std::ranges::is_sorted(made));
    BOOST_TEST((std::ranges::adjacent_find(made) == made.end()));
}

BOOST_AUTO_TEST_CASE(within_one_millisecond_ids_count_up)
{
    crypto::Ids ids;
    auto last = ids.next("tok", noon);
    for (int i = 0; i < 1'000; ++i) {
        auto next = ids.next("tok", noon);
        BOOST_REQUIRE(next > last);
        last = std::move(next);
    }
    BOOST_TEST(time_of(last) <= time_of(crypto::Ids{}.next("tok", noon + 1ms)));
}

BOOST_AUTO_TEST_CASE(a_clock_that_steps_back_does_not_break_the_order)
{
    crypto::Ids ids;
    auto last = ids.next("tok", noon);
    auto const time = time_of(last);
    for (auto step : {-1ms, -3'600'000ms, -1ms, 0ms, -1'772'442'724'000ms, -1ms}) {
        auto next = ids.next("tok", noon + step);
        BOOST_TEST(next > last);
        last = std::move(next);
    }
    BOOST_TEST(ids.next("tok", noon + 100ms) > last);
}

// Whoever is given one id must not be able to tell the id that was made right after it.
BOOST_AUTO_TEST_CASE(ids_of_one_millisecond_are_not_neighbours)
{
    crypto::Ids ids;
    std::set<std::string> endings;
    for (int i = 0; i < 100; ++i) {
        auto const first = ids.next("areq", noon);
        auto const second = ids.next("areq", noon);
        // A step of one would leave these the same nearly always.
        BOOST_TEST(first.substr(0, 26) != second.substr(0, 26));
    }
}

BOOST_AUTO_TEST_CASE(a_full_random_part_carries_into_the_milliseconds)
{
    auto const first = crypto::next_ulid({}, noon);
    auto const full = all_ones_after(first);
    for (auto now : {noon, noon - 1h}) {
        auto const next = crypto::next_ulid(full, now);
        BOOST_TEST((next > full));
        BOOST_TEST(
            crypto::ulid_text(next).substr(0, 10) ==
            crypto::ulid_text(crypto::next_ulid({}, noon + 1ms)).substr(0, 10)
        );
        // The carried time is in use: the next millisecond counts up from it.
        BOOST_TEST((crypto::next_ulid(next, noon + 1ms) > next));
    }
}

BOOST_AUTO_TEST_CASE(times_outside_of_48_bits_are_taken_as_the_nearest_inside)
{
    BOOST_TEST(crypto::ulid_text(crypto::next_ulid({}, crypto::Timestamp{-5ms})) != "");
    auto const late = crypto::next_ulid({}, crypto::Timestamp{9'000'000'000'000'000ms});
    BOOST_TEST(crypto::ulid_text(late).substr(0, 10) == "7ZZZZZZZZZ");
    auto const early = crypto::next_ulid({}, crypto::Timestamp{-5ms});
    BOOST_TEST(crypto::ulid_text(early).substr(0, 10) == "0000000000");
}

BOOST_AUTO_TEST_CASE(an_id_tells_when_it_was_made)
{
    BOOST_TEST((crypto::id_time(crypto::Ids{}.next("ref", noon)) == noon));
    BOOST_TEST(
        (crypto::id_time("x_01ARYZ6S410000000000000000") == crypto::Timestamp{1'469'918'176'385ms})
    );
    for (auto const* const text :
         {"", "ref", "ref_", "01ARYZ6S410000000000000000", "x_01ARYZ6S41000000000000000",
          "x_01ARYZ6S4100000000000000000", "x_81ARYZ6S410000000000000000",
          "x_01ARYZ6S41000000000000000I", "x_01aryz6s410000000000000000"})
        BOOST_TEST(!crypto::id_time(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(the_last_id_of_a_time_stands_between_its_ids_and_later_ones)
{
    crypto::Ids ids;
    auto const last = crypto::last_id_at("ref", noon);
    for (int i = 0; i < 100; ++i)
        BOOST_TEST(ids.next("ref", noon) <= last);
    BOOST_TEST(ids.next("ref", noon + 1ms) > last);
    BOOST_TEST((crypto::id_time(last) == noon));
}

BOOST_AUTO_TEST_SUITE_END()
