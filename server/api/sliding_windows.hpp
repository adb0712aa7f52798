// Windows that slide over a developer's records: each record is taken in once and let out once, so
// that a run costs what is new since the last one, and counts are exact to the millisecond.
#pragma once

#include "server/api/anomaly_ledger.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace api {

struct ActivityRecord
{
    std::string position; // sorts as the records do
    storage::Timestamp at;
    std::string agent_id;
    std::string grant_id;
    bool bad = false; // an audit entry that failed or was blocked
};

enum class ActivitySource
{
    audit,
    grants,
    tokens
};

struct SlidingWindow
{
    std::string name;
    std::chrono::seconds length;
    ActivitySource source = ActivitySource::audit;
    // Whether a record counts, for its agent; must say the same of a record whenever it is asked.
    std::function<bool(ActivityRecord const&)> counts{};
};

// Brings the window to the turn's time: the records after (now - length) up to now. Takes one of
// `budget` for each record it reads; false when that ended before the window was there.
bool slide(AnomalyLedger& ledger, SlidingWindow const& window, std::int64_t& budget);

} // namespace api
