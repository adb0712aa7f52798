#include "server/rules/backup_names.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace rules {

namespace {

constexpr std::string_view prefix = "grantexd-";
constexpr std::string_view suffix = ".db";

} // namespace

std::string backup_name(Timestamp time)
{
    std::string name{prefix};
    auto const text = time_text(time); // 2026-03-02T09:12:04.000Z
    for (auto const c : text.substr(0, text.find('.')))
        if (c != '-' && c != ':')
            name += c;
    return name.append("Z").append(suffix);
}

std::optional<Timestamp> parse_backup_name(std::string_view name)
{
    constexpr std::size_t size = 28;
    if (name.size() != size || !name.starts_with(prefix) || !name.ends_with(suffix))
        return {};
    std::string const digits{name.substr(prefix.size(), 16)}; // 20260302T091204Z
    auto const time = parse_time(
        digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 5) + ":" +
        digits.substr(11, 2) + ":" + digits.substr(13)
    );
    return time && backup_name(*time) == name ? time : std::nullopt;
}

std::vector<std::string> backups_to_remove(std::vector<std::string> const& names, KeptBackups kept)
{
    std::vector<std::pair<Timestamp, std::string>> backups;
    for (auto const& name : names)
        if (auto const time = parse_backup_name(name))
            backups.emplace_back(*time, name);
    std::ranges::sort(backups, std::ranges::greater{});

    // True for the newest of a period that is not full yet.
    auto const is_first = [](std::set<std::int64_t>& periods, std::int64_t period, int most) {
        return periods.size() < static_cast<std::size_t>(most) && periods.insert(period).second;
    };
    std::set<std::int64_t> days;
    std::set<std::int64_t> weeks;
    std::vector<std::string> removed;
    for (auto const& [time, name] : backups) {
        auto const day = std::chrono::floor<std::chrono::days>(time);
        // 1970-01-05 was a Monday.
        auto const week = std::chrono::floor<std::chrono::weeks>(
            day - std::chrono::sys_days{std::chrono::days{4}}
        );
        auto const of_day = is_first(days, day.time_since_epoch().count(), kept.days);
        auto const of_week = is_first(weeks, week.count(), kept.weeks);
        if (!of_day && !of_week)
            removed.push_back(name);
    }
    std::ranges::reverse(removed);
    return removed;
}

} // namespace rules
