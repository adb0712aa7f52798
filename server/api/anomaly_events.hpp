// Rules that are asked at each event, in the order in which they happened: new grants and signals.
#pragma once

#include "server/api/anomaly_ledger.hpp"
#include "server/rules/anomaly_finding.hpp"

#include <set>
#include <string>
#include <vector>

namespace api {

struct NewFindings
{
    std::vector<rules::AnomalyFinding> findings;
    std::set<std::string> granted_agents; // that got a new grant: whose velocity is to be looked at
};

// Signals that wait in memory become rows.
void store_waiting_signals(server::Turn& turn, std::string const& developer_id);

// Each reads what is new since the last run; false when `budget` ended before that.
bool take_in_grants(AnomalyLedger& ledger, NewFindings& found, std::int64_t& budget);
bool take_in_signals(AnomalyLedger& ledger, NewFindings& found, std::int64_t& budget);

// Issued tokens, which events tell of, become records that custom rules can count.
bool take_in_tokens(AnomalyLedger& ledger, std::int64_t& budget);
// Nobody counts them any more.
void forget_tokens(AnomalyLedger& ledger);

} // namespace api
