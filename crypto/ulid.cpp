#include "crypto/ulid.hpp"

#include "crypto/random.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

namespace crypto {

namespace {

constexpr std::size_t time_bytes = 6;
constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t text_characters = 26;
constexpr std::size_t time_characters = 10; // 48 bits and the two of padding
constexpr std::int64_t time_max = (std::int64_t{1} << 48) - 1;

void put_time(Ulid& ulid, Timestamp now)
{
    auto time = std::clamp<std::int64_t>(now.time_since_epoch().count(), 0, time_max);
    for (auto i = time_bytes; i-- > 0; time >>= 8)
        ulid[i] = static_cast<unsigned char>(time & 0xFF);
}

} // namespace

Ulid next_ulid(Ulid const& last, Timestamp now)
{
    Ulid next{};
    put_time(next, now);
    if (std::lexicographical_compare(
            last.begin(), last.begin() + time_bytes, next.begin(), next.begin() + time_bytes
        ))
    {
        fill_random(std::span{next}.subspan(time_bytes));
        return next;
    }

    // The same millisecond, or a clock that stepped back. The step is a random 64-bit number and
    // not one, so that who was given an id cannot tell the ids that were made beside it.
    std::array<unsigned char, 8> step{};
    fill_random(step);
    step.back() |= 1; // never zero
    unsigned carry = 0;
    for (std::size_t i = next.size(), s = step.size(); i-- > 0;) {
        unsigned const sum = last[i] + carry + (s > 0 ? step[--s] : 0U);
        next[i] = static_cast<unsigned char>(sum & 0xFF);
        carry = sum >> 8;
    }
    return next;
}

Ulid last_ulid(Timestamp time)
{
    Ulid last;
    last.fill(0xFF);
    put_time(last, time);
    return last;
}

std::string ulid_text(Ulid const& ulid)
{
    std::string text(text_characters, '0');
    // 128 bits in 26 characters of 5 bits: read from the right, the first has two bits of padding.
    unsigned bits = 0;
    unsigned held = 0;
    auto position = text.size();
    for (auto i = ulid.size(); i-- > 0;) {
        bits |= static_cast<unsigned>(ulid[i]) << held;
        for (held += 8; held >= 5; held -= 5, bits >>= 5)
            text[--position] = alphabet[bits & 0x1F];
    }
    text[--position] = alphabet[bits & 0x1F];
    return text;
}

std::optional<Timestamp> ulid_time(std::string_view text)
{
    if (text.size() != text_characters || text.front() > '7') // 128 bits in 130
        return {};
    std::int64_t time = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const digit = alphabet.find(text[i]);
        if (digit == std::string_view::npos)
            return {};
        if (i < time_characters)
            time = time * 32 + static_cast<std::int64_t>(digit);
    }
    return Timestamp{std::chrono::milliseconds{time}};
}

} // namespace crypto
