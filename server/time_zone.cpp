#include "server/time_zone.hpp"

#include <absl/time/time.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace server {

namespace {

// Only names: Abseil would also open absolute paths and "file:" prefixes.
bool is_zone_name(std::string_view name)
{
    auto const allowed = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '+' || c == '-' || c == '/';
    };
    return !name.empty() && name.size() <= 64 && name.front() != '/' &&
           name.find("//") == std::string_view::npos && std::ranges::all_of(name, allowed);
}

// Abseil keeps every name that it was ever asked for, also when there is no such zone; so what is
// no zone is not asked for. It looks in the same place.
bool is_in_database(std::string_view name)
{
    auto const* const given = std::getenv("TZDIR");
    std::filesystem::path const folder{
        given != nullptr && *given != '\0' ? given : "/usr/share/zoneinfo"};
    std::error_code ignored;
    return name == "UTC" || std::filesystem::is_regular_file(folder / name, ignored);
}

} // namespace

bool is_time_zone(std::string_view name)
{
    absl::TimeZone zone;
    return is_zone_name(name) && is_in_database(name) &&
           absl::LoadTimeZone({name.data(), name.size()}, &zone);
}

rules::WallClock wall_clock(std::string_view zone, storage::Timestamp time)
{
    absl::TimeZone loaded = absl::UTCTimeZone();
    if (is_zone_name(zone) && !absl::LoadTimeZone({zone.data(), zone.size()}, &loaded))
        loaded = absl::UTCTimeZone();
    auto const local = loaded.At(absl::FromUnixMillis(storage::to_milliseconds(time))).cs;
    auto const weekday = absl::GetWeekday(local); // Monday is 0
    return {.weekday = static_cast<int>(weekday) + 1, .minute = local.hour() * 60 + local.minute()};
}

} // namespace server
