// Running detection for a developer, in slices of a few milliseconds: what the worker and
// POST /v1/anomalies/detect share. A run takes in what is new since the last one, whoever made that
// one, so two that meet do no work twice.
#pragma once

#include "server/api/record_anomalies.hpp"

#include <cstdint>
#include <set>
#include <string>

namespace api {

// What is asked for, and how far it has come.
struct DetectionRun
{
    std::string developer_id;
    bool all_rules = true; // or only those that have to answer within a minute
    bool auto_revoke = false;

    bool caught_up = false;
    bool finished = false;
    std::size_t stage = 0; // of the evaluation of windows
    std::string after{};   // the subject that was looked at last, within the stage
    std::set<std::string> granted_agents{};
};

struct DetectionSlice
{
    RecordedAnomalies anomalies;
    std::vector<std::string> revoked_grants;
};

constexpr std::int64_t slice_records = 500;

// Goes on for about as many records as `budget` says. A slice whose transaction is rolled back
// leaves a run that must be given up.
DetectionSlice detect_slice(server::Turn& turn, DetectionRun& run, std::int64_t budget);

// Conditions that hold now although no run finds them again: pairs that met within a day, and
// events of the last minute, whoever looked at them. At most `limit`, open ones only.
std::vector<storage::Anomaly>
list_standing_anomalies(server::Turn& turn, std::string const& developer_id, std::int64_t limit);

} // namespace api
