#include "crypto/locked_memory.hpp"
#include "crypto/secret.hpp"

#include <boost/test/unit_test.hpp>

#include <sanitizer/asan_interface.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <type_traits>
#include <vector>

namespace {

// What /proc says about the pages that hold this address: the line "VmFlags: rd wr ..." of its
// entry.
std::string page_flags(void const* address)
{
    std::ifstream maps("/proc/self/smaps");
    auto const wanted = reinterpret_cast<std::uintptr_t>(address);
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        unsigned long first = 0;
        unsigned long last = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx ", &first, &last) == 2)
            inside = first <= wanted && wanted < last;
        else if (inside && line.starts_with("VmFlags:"))
            return line + " ";
    }
    return {};
}

// Runs in a child without rights, which may lock no memory at all.
int use_secret_without_locking()
{
    rlimit const none{0, 0};
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0)
        return 2;
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) // root may lock without limit
        return 3;
    try {
        crypto::Secret const secret("still works");
        return secret.view() == "still works" ? 0 : 4;
    } catch (std::exception const&) {
        return 5;
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(secrets)

BOOST_AUTO_TEST_CASE(a_new_secret_is_zeroed)
{
    // Several, since fresh pages would be zero anyway and reused ones are not.
    for (int i = 0; i < 10; ++i) {
        crypto::Secret secret(100);
        BOOST_TEST(secret.size() == 100);
        BOOST_TEST(std::ranges::all_of(secret.bytes(), [](auto byte) { return byte == 0; }));
        std::ranges::fill(secret.bytes(), static_cast<unsigned char>(0xAA));
    }
}

BOOST_AUTO_TEST_CASE(a_secret_holds_the_bytes_it_was_given)
{
    using namespace std::string_view_literals;
    crypto::Secret const secret("a\0b\xFF"sv);
    BOOST_TEST(secret.size() == 4);
    BOOST_TEST(!secret.empty());
    BOOST_TEST(secret.view() == "a\0b\xFF"sv);
    BOOST_TEST(secret.bytes()[3] == 0xFF);
}

BOOST_AUTO_TEST_CASE(nothing_is_a_secret_too)
{
    crypto::Secret const none;
    crypto::Secret const zero(0);
    crypto::Secret const text("");
    for (auto const* secret : {&none, &zero, &text}) {
        BOOST_TEST(secret->empty());
        BOOST_TEST(secret->view() == "");
        BOOST_TEST(secret->bytes().empty());
    }
}

BOOST_AUTO_TEST_CASE(a_secret_that_was_moved_from_is_empty)
{
    static_assert(!std::is_copy_constructible_v<crypto::Secret>);
    static_assert(!std::is_copy_assignable_v<crypto::Secret>);

    crypto::Secret first("first");
    crypto::Secret second(std::move(first));
    BOOST_TEST(first.empty());
    BOOST_TEST(first.view() == "");
    BOOST_TEST(second.view() == "first");

    crypto::Secret third("third");
    third = std::move(second);
    BOOST_TEST(second.empty());
    BOOST_TEST(second.view() == "");
    BOOST_TEST(third.view() == "first");

    auto& same = third;
    third = std::move(same);
    BOOST_TEST(third.view() == "first");
}

BOOST_AUTO_TEST_CASE(S_129_the_pages_of_a_secret_stay_out_of_core_dumps)
{
    for (auto const size : {std::size_t{20}, 2 * crypto::small_piece_bytes}) {
        crypto::Secret const secret(size);
        auto const flags = page_flags(secret.bytes().data());
        BOOST_REQUIRE(!flags.empty());
        BOOST_TEST(flags.find(" dd ") != std::string::npos); // MADV_DONTDUMP
    }
}

BOOST_AUTO_TEST_CASE(S_129_a_released_secret_is_gone_from_memory)
{
    unsigned char const* address = nullptr;
    {
        crypto::Secret const secret(std::string(crypto::small_piece_bytes + 1, 's'));
        address = secret.bytes().data();
        BOOST_TEST(!page_flags(address).empty());
    }
    BOOST_TEST(page_flags(address).empty()); // unmapped, after it was wiped
}

BOOST_AUTO_TEST_CASE(S_129_a_small_secret_is_wiped_when_it_is_released)
{
    std::string const text(crypto::small_piece_bytes, 's');
    unsigned char const* address = nullptr;
    {
        crypto::Secret const secret(text);
        address = secret.bytes().data();
    }
    // Its page is shared, and stays. What is read here is nobody's, which AddressSanitizer minds.
    ASAN_UNPOISON_MEMORY_REGION(address, text.size());
    BOOST_TEST(std::all_of(address, address + text.size(), [](auto byte) { return byte == 0; }));
    ASAN_POISON_MEMORY_REGION(address, text.size());
}

BOOST_AUTO_TEST_CASE(small_secrets_have_bytes_of_their_own)
{
    std::vector<crypto::Secret> secrets; // more than share one set of pages
    for (int i = 0; i < 300; ++i)
        secrets.emplace_back(std::string(1 + i % crypto::small_piece_bytes, static_cast<char>(i)));
    for (int i = 0; i < 300; i += 2)
        secrets[i] = crypto::Secret(std::string(40, static_cast<char>(i + 1)));
    for (int i = 0; i < 300; ++i) {
        auto const expected =
            i % 2 == 0 ? std::string(40, static_cast<char>(i + 1))
                       : std::string(1 + i % crypto::small_piece_bytes, static_cast<char>(i));
        BOOST_TEST(secrets[i].view() == expected);
    }
}

BOOST_AUTO_TEST_CASE(secrets_work_where_no_memory_may_be_locked)
{
    auto const child = fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0)
        _exit(use_secret_without_locking());
    int status = 0;
    BOOST_REQUIRE(waitpid(child, &status, 0) == child);
    BOOST_REQUIRE(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 0);
}

BOOST_AUTO_TEST_CASE(wiping_a_text_overwrites_its_buffer_and_empties_it)
{
    std::string text(1'000, 's');
    text.resize(10); // the rest of the old text stays behind the end
    auto const* const buffer = text.data();
    auto const capacity = text.capacity();
    crypto::wipe(text);
    BOOST_TEST(text.empty());
    BOOST_REQUIRE(text.data() == buffer);
    BOOST_TEST(std::all_of(buffer, buffer + capacity, [](char c) { return c == 0; }));

    std::string short_text = "short";
    crypto::wipe(short_text);
    BOOST_TEST(short_text.empty());
    std::string nothing;
    crypto::wipe(nothing);
    BOOST_TEST(nothing.empty());
}

BOOST_AUTO_TEST_SUITE_END()
