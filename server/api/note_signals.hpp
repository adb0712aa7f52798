// What requests tell detection. Those that say `now` write a row in the request's transaction,
// which is kept; the others wait in memory, so that they outlive the refusal of the request.
#pragma once

#include "server/http/request.hpp"
#include "storage/grants.hpp"

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace api {

// A request names scopes that its agent did not declare; nothing is noted when there are none.
// `refused`: undeclared scopes are refused here.
void note_undeclared_scopes(
    server::Turn const& turn, std::string_view developer_id, std::string_view agent_id,
    std::span<std::string const> requested, std::span<std::string const> declared, bool refused
);

// A delegation asks for scopes that the parent lacks.
void note_scopes_beyond_parent(
    server::Turn const& turn, storage::Grant const& parent, std::vector<std::string> const& beyond
);

// A token with a good signature names this agent, which this developer does not have (any more).
void note_unknown_agent(
    server::Turn const& turn, std::string_view developer_id, std::string_view agent_did
);

struct UsedCredential
{
    std::string_view kind; // code_replay, refresh_replay
    std::string_view developer_id;
    std::string_view agent_id;
    std::string_view principal_id;
    std::string_view grant_id;
    storage::Timestamp used_at;
    bool successor_used = false;
};

// A used credential came back. Whether that is a retry or a replay, detection decides.
void note_replay_now(server::Turn& turn, UsedCredential const& credential);

// Somebody revoked something; what was revoked with it is not counted.
void note_revocation_now(
    server::Turn& turn, std::string_view developer_id, std::string_view agent_id,
    std::string_view grant_id
);

// A debit was applied. Amounts are ten-thousandths of the currency.
void note_debit_now(
    server::Turn& turn, storage::Grant const& grant, std::int64_t amount,
    std::int64_t initial_budget
);

// A good token was verified by whoever is behind this request; nothing is noted when its country is
// not known.
void note_location(
    http::Request const& request, std::string_view agent_id, std::string_view grant_id
);

} // namespace api
