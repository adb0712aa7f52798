// Time windows of policies. Lines: start, end, weekdays as digits, a day's digit and a minute.
#include "server/rules/policy.hpp"
#include "tests/fuzz/fuzzer.hpp"

#include <charconv>
#include <string>

namespace {

constexpr int day_minutes = 24 * 60;

struct Moment
{
    int day = 1;
    int minute = 0;
};

bool matches_at(rules::Policy const& policy, Moment moment)
{
    return rules::matches(policy, {}, [=](std::string_view) {
        return rules::WallClock{.weekday = moment.day, .minute = moment.minute};
    });
}

// By counting from the start of the window, through midnight where it comes first.
bool in_window(int start, int end, int minute)
{
    auto const length = start < end ? end - start : end - start + day_minutes;
    return (minute - start + day_minutes) % day_minutes < length;
}

void check_days(rules::Policy policy, Moment moment)
{
    auto const start = *policy.window_start;
    auto const end = *policy.window_end;
    auto const open = in_window(start, end, moment.minute);
    auto const after_midnight = start >= end && moment.minute < end;
    auto const listed = [&](int day) {
        return std::ranges::find(*policy.weekdays, day) != policy.weekdays->end();
    };
    auto const today = listed(moment.day);
    auto const before = listed(moment.day == 1 ? 7 : moment.day - 1);

    policy.denies = false;
    auto const allows = matches_at(policy, moment);
    policy.denies = true;
    auto const denies = matches_at(policy, moment);
    test::must(!allows || denies, "a deny matches whenever an allow does");
    test::must(
        allows == (open && today && (!after_midnight || before)), "an allow needs both days"
    );
    test::must(
        denies == (open && (today || (after_midnight && before))), "one day is enough for a deny"
    );
}

std::vector<int> take_days(std::string_view line)
{
    std::vector<int> days;
    for (auto const c : line)
        if (c >= '1' && c <= '7')
            days.push_back(c - '0');
    return days;
}

Moment take_moment(std::string_view& input)
{
    Moment moment;
    auto const day = test::take_line(input);
    if (!day.empty() && day.front() >= '1' && day.front() <= '7')
        moment.day = day.front() - '0';
    auto const minute = test::take_line(input);
    std::from_chars(minute.data(), minute.data() + minute.size(), moment.minute);
    moment.minute = std::clamp(moment.minute, 0, day_minutes - 1);
    return moment;
}

} // namespace

void test::fuzz(std::string_view input)
{
    auto const start_text = take_line(input);
    auto const end_text = take_line(input);
    auto const start = rules::parse_minute(start_text, false);
    auto const end = rules::parse_minute(end_text, true);
    if (start) {
        must(*start >= 0 && *start < day_minutes, "a minute is one of the day");
        must(rules::minute_text(*start) == start_text, "a minute has one spelling");
        must(rules::parse_minute(start_text, true) == start, "it is one for the end as well");
    }
    if (end)
        must(rules::minute_text(*end) == end_text, "so has the end of the day");
    if (!start || !end)
        return;

    rules::Policy policy;
    policy.window_start = start;
    policy.window_end = end;
    policy.weekdays = take_days(take_line(input));
    auto const moment = take_moment(input);
    check_days(policy, moment);

    policy.weekdays = {1, 2, 3, 4, 5, 6, 7};
    auto const every_day = matches_at(policy, moment);
    policy.weekdays.reset();
    must(matches_at(policy, moment) == every_day, "seven days are no condition");
    must(every_day == in_window(*start, *end, moment.minute), "a window holds its minutes");
}
