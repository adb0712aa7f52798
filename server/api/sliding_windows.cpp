#include "server/api/sliding_windows.hpp"

#include "crypto/ids.hpp"
#include "server/rules/anomaly_activity.hpp"
#include "storage/anomaly_sources.hpp"

#include <algorithm>
#include <charconv>

namespace api {

namespace {

constexpr std::int64_t taken_in_at_once = 250;
constexpr std::int64_t let_out_at_once = 50;

// Sequence numbers as text that sorts like them.
std::string position_of(std::int64_t seq)
{
    auto digits = std::to_string(seq);
    return std::string(19 - digits.size(), '0') + digits;
}

std::int64_t seq_of(std::string const& position)
{
    std::int64_t seq = 0;
    std::from_chars(position.data(), position.data() + position.size(), seq);
    return seq;
}

std::vector<ActivityRecord> list_records(
    AnomalyLedger& ledger, ActivitySource source, std::string const& after, std::int64_t limit
)
{
    std::vector<ActivityRecord> records;
    auto& db = ledger.db();
    auto const& developer_id = ledger.developer_id();
    switch (source) {
    case ActivitySource::audit:
        for (auto& row : storage::list_audit_records(db, developer_id, seq_of(after), limit))
            records.push_back(
                {position_of(row.seq), row.at, std::move(row.agent_id), std::move(row.grant_id),
                 row.bad}
            );
        break;
    case ActivitySource::grants:
        for (auto& row : storage::list_grant_records(db, developer_id, after, limit))
            records.push_back({row.id, row.at, std::move(row.agent_id), row.id});
        break;
    case ActivitySource::tokens:
        for (auto& row : storage::list_token_records(db, developer_id, after, limit))
            records.push_back(
                {std::move(row.id), row.at, std::move(row.agent_id), std::move(row.grant_id)}
            );
        break;
    }
    return records;
}

// The position of the last record at this time or before.
std::string position_at(AnomalyLedger& ledger, ActivitySource source, storage::Timestamp time)
{
    switch (source) {
    case ActivitySource::audit:
        return position_of(storage::find_audit_seq_at(ledger.db(), ledger.developer_id(), time));
    case ActivitySource::grants:
        return crypto::last_id_at("grnt", time);
    case ActivitySource::tokens:
        return crypto::last_id_at("evt", time);
    }
    return {};
}

std::string cursor_name(SlidingWindow const& window)
{
    switch (window.source) {
    case ActivitySource::audit:
        return window.name + ":audit";
    case ActivitySource::grants:
        return window.name + ":grants";
    case ActivitySource::tokens:
        return window.name + ":tokens";
    }
    return {};
}

void count(
    AnomalyLedger& ledger, SlidingWindow const& window, ActivityRecord const& record, int change
)
{
    if (record.agent_id.empty() || (window.counts && !window.counts(record)))
        return;
    auto& held = ledger.count(window.name, record.agent_id);
    held.total += change;
    held.bad += record.bad ? change : 0;
    held.off_hours += rules::is_off_hours(record.at) ? change : 0;
}

// False: there may be more.
bool take_in(
    AnomalyLedger& ledger, SlidingWindow const& window, std::string const& name,
    std::int64_t& budget
)
{
    while (budget > 0) {
        auto const asked = std::min(budget, taken_in_at_once);
        auto const records =
            list_records(ledger, window.source, ledger.cursor(name).value(), asked);
        for (auto const& record : records)
            count(ledger, window, record, 1);
        if (!records.empty())
            ledger.set_cursor(name, records.back().position);
        auto const read = static_cast<std::int64_t>(records.size());
        budget -= read;
        if (read < asked)
            return true;
    }
    return false;
}

bool let_out(
    AnomalyLedger& ledger, SlidingWindow const& window, std::string const& name,
    std::int64_t& budget
)
{
    auto const begin = ledger.turn().now - window.length;
    auto const head = ledger.cursor(name).value();
    auto const end_name = name + ":end";
    while (budget > 0) {
        auto const records =
            list_records(ledger, window.source, ledger.cursor(end_name).value(), let_out_at_once);
        if (records.empty())
            return true;
        for (auto const& record : records) {
            if (record.at > begin || record.position > head)
                return true;
            count(ledger, window, record, -1);
            ledger.set_cursor(end_name, record.position);
            --budget;
        }
    }
    return false;
}

} // namespace

bool slide(AnomalyLedger& ledger, SlidingWindow const& window, std::int64_t& budget)
{
    auto const name = cursor_name(window);
    if (!ledger.cursor(name)) {
        auto const start = position_at(ledger, window.source, ledger.turn().now - window.length);
        ledger.set_cursor(name, start);
        ledger.set_cursor(name + ":end", start);
    }
    return take_in(ledger, window, name, budget) && let_out(ledger, window, name, budget);
}

} // namespace api
