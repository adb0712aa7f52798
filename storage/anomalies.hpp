// Anomalies, which the API also calls alerts: a finding out of the ordinary with its life from open
// to resolved. Their totals are kept in the transaction of each change.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct Anomaly
{
    std::string id;
    std::string developer_id;
    std::string rule_id; // AD-011, or a developer's own
    std::string rule_name;
    std::string type;
    std::string severity; // low, medium, high, critical
    std::string status;   // open, acknowledged, resolved; never back
    std::optional<std::string> agent_id;
    std::optional<std::string> principal_id;
    std::string fingerprint; // hash of what makes two findings the same
    std::string description;
    std::string metadata; // JSON object
    Timestamp detected_at;
    Timestamp last_seen_at;
    std::int64_t occurrences = 1;
    std::optional<Timestamp> acknowledged_at; // none while it is open
    std::optional<Timestamp> resolved_at;
    std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(
    Anomaly, (),
    (id, developer_id, rule_id, rule_name, type, severity, status, agent_id, principal_id,
     fingerprint, description, metadata, detected_at, last_seen_at, occurrences, acknowledged_at,
     resolved_at, note)
)

std::optional<Anomaly>
find_anomaly(Database& db, std::string_view developer_id, std::string_view id);
std::optional<Anomaly>
find_open_anomaly(Database& db, std::string_view developer_id, std::string_view fingerprint);
// When one of this fingerprint was last acknowledged or resolved.
std::optional<Timestamp>
find_last_closing(Database& db, std::string_view developer_id, std::string_view fingerprint);

// Empty filters match everything.
struct AnomalyFilter
{
    std::optional<std::string> status{};
    std::optional<std::string> severity{};
    std::optional<std::string> agent_id{};
};

// Newest first.
std::vector<Anomaly> list_anomalies(
    Database& db, std::string_view developer_id, AnomalyFilter const& filter, std::int64_t limit
);
// Open ones that were seen after this time, latest first.
std::vector<Anomaly> list_anomalies_seen_after(
    Database& db, std::string_view developer_id, Timestamp time, std::int64_t limit
);

struct AnomalyTotals
{
    std::int64_t open = 0;
    std::int64_t acknowledged = 0;
    std::int64_t resolved = 0;
};
BOOST_DESCRIBE_STRUCT(AnomalyTotals, (), (open, acknowledged, resolved))

AnomalyTotals find_anomaly_totals(Database& db, std::string_view developer_id);
AnomalyTotals count_all_anomalies(Database& db); // of all developers

// How many were detected after `since`, in groups.
struct AnomalyGroup
{
    std::string rule_id;
    std::string severity;
    std::string status;
    std::int64_t day = 0; // since 1970
    std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(AnomalyGroup, (), (rule_id, severity, status, day, count))

std::vector<AnomalyGroup> count_anomalies(
    Database& db, std::string_view developer_id, Timestamp since,
    std::optional<std::string> const& agent_id
);

void insert_anomaly(Database& db, Anomaly const& anomaly);

// Of an open one that was found again: description, metadata, last_seen_at, occurrences.
void update_repeated_anomaly(Database& db, Anomaly const& anomaly);

// status, acknowledged_at, resolved_at and note; `status_before` is what the row says now.
void update_anomaly_status(Database& db, Anomaly const& anomaly, std::string_view status_before);

// Removes at most `limit` that are not open and were last seen before this time; returns how many.
std::int64_t expire_anomalies(
    Database& db, std::string_view developer_id, Timestamp last_seen_before, std::int64_t limit
);

} // namespace storage
