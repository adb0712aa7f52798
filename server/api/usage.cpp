#include "server/api/usage.hpp"

#include "server/rules/time_text.hpp"
#include "storage/usage.hpp"

#include <algorithm>

namespace api {

namespace {

constexpr std::int64_t days_default = 30;
constexpr std::int64_t days_max = 90;

// The row with what is not in it yet.
storage::UsageDay complete(http::Request const& request, storage::UsageDay row)
{
    row.verifications +=
        request.app.verification_counts.missing_in(row.verifications, request.caller().id, row.day);
    return row;
}

std::int64_t total(storage::UsageDay const& used)
{
    return used.token_exchanges + used.authorizations + used.verifications;
}

storage::UsageDay day_without_use(std::string day)
{
    storage::UsageDay used;
    used.day = std::move(day);
    return used;
}

} // namespace

UsageView get_usage(http::Request& request)
{
    auto const today = rules::day_text(request.now);
    auto const row = storage::find_usage(request.db, request.caller().id, today);
    auto const used = complete(request, row ? *row : day_without_use(today));
    return {
        .developerId = request.caller().id,
        .period = today,
        .tokenExchanges = used.token_exchanges,
        .authorizations = used.authorizations,
        .verifications = used.verifications,
        .totalRequests = total(used)};
}

UsageHistoryView get_usage_history(http::Request& request)
{
    UsageHistoryView history{
        .developerId = request.caller().id,
        .days = request.positive("days", days_default, days_max),
        .entries = {}};
    auto const day_before = [&](std::int64_t days) {
        return rules::day_text(request.now - std::chrono::days{days});
    };
    auto const rows =
        storage::list_usage(request.db, request.caller().id, day_before(history.days - 1));
    // By the calendar rather than by row: a day may have nothing but what is not written yet.
    for (std::int64_t i = 0; i < history.days; ++i) {
        auto const day = day_before(i);
        auto const row = std::ranges::find(rows, day, &storage::UsageDay::day);
        auto const used = complete(request, row == rows.end() ? day_without_use(day) : *row);
        if (total(used) > 0)
            history.entries.push_back(
                {.date = used.day,
                 .tokenExchanges = used.token_exchanges,
                 .authorizations = used.authorizations,
                 .verifications = used.verifications,
                 .totalRequests = total(used)}
            );
    }
    return history;
}

} // namespace api
