#include "server/rules/time_text.hpp"

#include <array>
#include <cstdio>

namespace rules {

namespace {

using std::chrono::floor;

// What lies outside has, in UTC, no year of four digits to be written with.
constexpr Timestamp year_0{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}};
constexpr Timestamp year_10000{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}};

// Reads exactly `digits` decimal digits at the front of the text and removes them.
std::optional<int> take_number(std::string_view& text, std::size_t digits)
{
    if (text.size() < digits)
        return {};
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (text[i] < '0' || text[i] > '9')
            return {};
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take_character(std::string_view& text, char expected)
{
    if (text.empty() || text.front() != expected)
        return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text)
{
    auto const year = take_number(text, 4);
    if (!year || !take_character(text, '-'))
        return {};
    auto const month = take_number(text, 2);
    if (!month || !take_character(text, '-'))
        return {};
    auto const day = take_number(text, 2);
    if (!day)
        return {};
    std::chrono::year_month_day const date{
        std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
        std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok())
        return {};
    return std::chrono::sys_days{date};
}

std::optional<std::chrono::milliseconds> take_clock(std::string_view& text)
{
    auto const hour = take_number(text, 2);
    if (!hour || *hour > 23 || !take_character(text, ':'))
        return {};
    auto const minute = take_number(text, 2);
    if (!minute || *minute > 59 || !take_character(text, ':'))
        return {};
    auto const second = take_number(text, 2);
    if (!second || *second > 60) // 60: a leap second
        return {};
    int milliseconds = 0;
    if (take_character(text, '.')) {
        int scale = 100;
        auto const before = text.size();
        while (auto const digit = take_number(text, 1)) {
            milliseconds += *digit * scale;
            scale /= 10;
        }
        if (text.size() == before)
            return {};
    }
    return std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second} + std::chrono::milliseconds{milliseconds};
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text)
{
    if (take_character(text, 'Z') || take_character(text, 'z'))
        return std::chrono::minutes{0};
    auto const negative = take_character(text, '-');
    // In a query string an unescaped plus arrives as a space.
    if (!negative && !take_character(text, '+') && !take_character(text, ' '))
        return {};
    auto const hours = take_number(text, 2);
    if (!hours || *hours > 23 || !take_character(text, ':'))
        return {};
    auto const minutes = take_number(text, 2);
    if (!minutes || *minutes > 59)
        return {};
    auto const offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
    return negative ? -offset : offset;
}

struct Civil
{
    int year;
    unsigned month, day;
    int hour, minute, second, millisecond;
};

Civil civil(Timestamp time)
{
    auto const day = floor<std::chrono::days>(time);
    std::chrono::year_month_day const date{day};
    std::chrono::hh_mm_ss const clock{time - day};
    return {
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()),
        static_cast<int>(clock.subseconds().count())};
}

} // namespace

// On the path of every request, where formatting by a pattern is a tenth of the cheapest answers.
std::string time_text(Timestamp time)
{
    auto const t = civil(time);
    std::string text = "0000-00-00T00:00:00.000Z";
    auto const put = [&text](std::size_t end, std::size_t digits, unsigned value) {
        for (; digits > 0; --digits, value /= 10)
            text[--end] = static_cast<char>('0' + value % 10);
    };
    put(4, 4, static_cast<unsigned>(t.year));
    put(7, 2, t.month);
    put(10, 2, t.day);
    put(13, 2, static_cast<unsigned>(t.hour));
    put(16, 2, static_cast<unsigned>(t.minute));
    put(19, 2, static_cast<unsigned>(t.second));
    put(23, 3, static_cast<unsigned>(t.millisecond));
    return text;
}

std::string day_text(Timestamp time)
{
    return time_text(time).substr(0, std::string_view{"YYYY-MM-DD"}.size());
}

std::optional<Timestamp> parse_time(std::string_view text)
{
    auto const date = take_date(text);
    if (!date)
        return {};
    if (text.empty())
        return Timestamp{*date};
    if (!take_character(text, 'T') && !take_character(text, 't'))
        return {};
    auto const clock = take_clock(text);
    if (!clock)
        return {};
    auto const offset = take_offset(text);
    if (!offset || !text.empty())
        return {};
    auto const time = Timestamp{*date} + *clock - *offset;
    if (time < year_0 || time >= year_10000)
        return {};
    return time;
}

std::string time_words(Timestamp time)
{
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto const t = civil(time);
    std::array<char, 64> text{};
    auto const length = std::snprintf(
        text.data(), text.size(), "%u %s %d, %02d:%02d UTC", t.day, months.at(t.month - 1), t.year,
        t.hour, t.minute
    );
    return {text.data(), static_cast<std::size_t>(length)};
}

std::int64_t whole_seconds(Timestamp time)
{
    return floor<std::chrono::seconds>(time).time_since_epoch().count();
}

} // namespace rules
