#include "crypto/sign_pool.hpp"

#include "crypto/base64url.hpp"
#include "tests/crypto/openssl_keys.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

namespace {

std::shared_ptr<crypto::SigningKey const> shared_key()
{
    static auto const key = std::make_shared<crypto::SigningKey const>(test::signing_key());
    return key;
}

} // namespace

BOOST_AUTO_TEST_SUITE(sign_pool)

BOOST_AUTO_TEST_CASE(as_many_signatures_as_may_wait_come_from_four_threads_and_verify)
{
    constexpr auto count = crypto::SignPool::queue_max;
    std::vector<std::optional<std::string>> signatures(count);
    auto const input = [](std::size_t i) { return "input " + std::to_string(i); };
    std::atomic<int> refused = 0;
    {
        crypto::SignPool pool(4);
        std::vector<std::jthread> callers;
        for (std::size_t caller = 0; caller < 4; ++caller)
            callers.emplace_back([&, caller] {
                for (auto i = caller; i < count; i += 4)
                    refused += !pool.sign(shared_key(), input(i), [&signatures, i](auto signature) {
                        signatures[i] = std::move(signature);
                    });
            });
    }
    BOOST_TEST(refused == 0);
    for (std::size_t i = 0; i < count; ++i) {
        BOOST_REQUIRE(signatures[i].has_value());
        auto const raw = crypto::decode_base64url(*signatures[i]).value();
        BOOST_REQUIRE(shared_key()->verify(input(i), raw));
    }
    BOOST_TEST(*signatures[0] != *signatures[1]);
}

BOOST_AUTO_TEST_CASE(the_destructor_finishes_what_is_queued)
{
    std::atomic<int> done = 0;
    {
        crypto::SignPool pool(1);
        for (int i = 0; i < 100; ++i)
            BOOST_TEST(pool.sign(shared_key(), "text", [&](auto signature) {
                done += signature.has_value();
            }));
    }
    BOOST_TEST(done == 100);
}

BOOST_AUTO_TEST_CASE(an_idle_pool_ends_at_once)
{
    auto const started = std::chrono::steady_clock::now();
    for (auto threads : {1U, 2U, 8U})
        crypto::SignPool const pool(threads);
    BOOST_TEST((std::chrono::steady_clock::now() - started < std::chrono::seconds(10)));
}

BOOST_AUTO_TEST_CASE(a_full_queue_refuses_and_takes_again_when_it_has_room)
{
    std::promise<void> opened;
    std::promise<void> started;
    std::atomic<std::size_t> done = 0;
    auto const count = [&](auto const&) { ++done; };
    {
        crypto::SignPool pool(1);
        pool.sign(nullptr, "", [&](auto const&) {
            started.set_value();
            opened.get_future().wait();
        });
        started.get_future().wait(); // its only thread is held, and the queue is empty

        // No key, so that they cost nothing once they run.
        std::size_t taken = 0;
        while (taken <= crypto::SignPool::queue_max && pool.sign(nullptr, "", count))
            ++taken;
        BOOST_TEST(taken == crypto::SignPool::queue_max);
        bool called = false;
        BOOST_TEST(!pool.sign(shared_key(), "text", [&](auto const&) { called = true; }));
        opened.set_value();

        while (done < crypto::SignPool::queue_max)
            std::this_thread::yield();
        BOOST_TEST(!called);
        BOOST_TEST(pool.sign(shared_key(), "text", count));
    }
    BOOST_TEST(done == crypto::SignPool::queue_max + 1);
}

BOOST_AUTO_TEST_CASE(a_key_lives_until_its_signature_is_made)
{
    auto key = std::make_shared<crypto::SigningKey const>(test::signing_key());
    std::weak_ptr<crypto::SigningKey const> const watched = key;
    std::promise<void> opened;
    bool alive = false;
    std::optional<std::string> made;
    {
        crypto::SignPool pool(1);
        pool.sign(nullptr, "", [&](auto const&) { opened.get_future().wait(); });
        pool.sign(std::move(key), "text", [&](auto signature) { made = std::move(signature); });
        alive = !watched.expired();
        opened.set_value();
    }
    BOOST_TEST(alive);
    BOOST_TEST(made.has_value());
    BOOST_TEST(watched.expired());
}

BOOST_AUTO_TEST_CASE(signing_without_a_key_gives_nothing)
{
    std::optional<std::string> signature = "not called";
    {
        crypto::SignPool pool(0); // at least one thread, or nothing would ever be done
        pool.sign(nullptr, "text", [&](auto made) { signature = std::move(made); });
    }
    BOOST_TEST(!signature.has_value());
}

BOOST_AUTO_TEST_CASE(signatures_are_made_on_more_than_one_thread)
{
    std::mutex mutex;
    std::set<std::thread::id> seen;
    {
        crypto::SignPool pool(2);
        for (int i = 0; i < 200; ++i)
            pool.sign(shared_key(), "text", [&](auto const&) {
                std::scoped_lock const lock(mutex);
                seen.insert(std::this_thread::get_id());
            });
    }
    BOOST_TEST(seen.size() == 2);
    BOOST_TEST(!seen.contains(std::this_thread::get_id()));
}

BOOST_AUTO_TEST_SUITE_END()
