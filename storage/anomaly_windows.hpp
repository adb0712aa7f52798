// How far detection has read, and what its sliding windows hold: all of it can be made again from
// what it was read from.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct AnomalyCursor
{
    std::string name;
    std::string position;
};
BOOST_DESCRIBE_STRUCT(AnomalyCursor, (), (name, position))

std::vector<AnomalyCursor> list_anomaly_cursors(Database& db, std::string_view developer_id);
void update_anomaly_cursor(
    Database& db, std::string_view developer_id, AnomalyCursor const& cursor
);

struct AnomalyCount
{
    std::string name;    // of the window
    std::string subject; // an agent, a grant, or empty: the developer
    std::int64_t total = 0;
    std::int64_t bad = 0;       // of those, failed or blocked
    std::int64_t off_hours = 0; // of those, at night

    bool operator==(AnomalyCount const&) const = default;
};
BOOST_DESCRIBE_STRUCT(AnomalyCount, (), (name, subject, total, bad, off_hours))

std::optional<AnomalyCount> find_anomaly_count(
    Database& db, std::string_view developer_id, std::string_view name, std::string_view subject
);
// Those of a window with at least this total, by subject, after this one.
std::vector<AnomalyCount> list_anomaly_counts(
    Database& db, std::string_view developer_id, std::string_view name, std::int64_t total_min,
    std::string_view after_subject, std::int64_t limit
);
// A count of nothing is no row.
void update_anomaly_count(Database& db, std::string_view developer_id, AnomalyCount const& count);

// Forgets a window: its cursors, whose names start with its own and a colon, and its counts.
void delete_anomaly_window(Database& db, std::string_view developer_id, std::string_view name);

} // namespace storage
