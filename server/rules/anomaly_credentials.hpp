// Rules over single events, most of them about credentials: AD-002, AD-003, AD-008, AD-009, AD-010.
#pragma once

#include "server/rules/anomaly_finding.hpp"

#include <span>
#include <vector>

namespace rules {

// Of the scopes that a request names, those that count as an attempt to get more than the agent is
// registered for. An agent that declared nothing has nothing to exceed, unless the server refuses
// what is not declared.
std::vector<std::string> scopes_beyond_registration(
    std::span<std::string const> requested, std::span<std::string const> registered, bool refused
);

struct ScopeRequest
{
    std::string_view agent_id; // that asked
    std::string_view first_scope{};
    std::int64_t scopes = 0; // how many are beyond what it may ask for
    bool beyond_parent = false;
    std::string_view grant_id{}; // the parent
};

// AD-002
std::optional<AnomalyFinding> scope_escalation(ScopeRequest const& request);

struct TokenLocation
{
    std::string_view agent_id;
    std::string_view grant_id{};
    std::string_view country;             // of this verification; empty: unknown
    std::span<std::string const> known{}; // countries of the 30 days before
    std::int64_t located_before = 0;      // verifications with a country
    std::optional<Timestamp> first_located{};
};

// How long a country stays known.
constexpr std::chrono::hours geography_window{30 * 24};

// ISO 3166 alpha-2 in upper case, of a header's text; nothing for what is none. Cloudflare's XX
// (unknown) and T1 (Tor) are none either.
std::optional<std::string> country_code(std::string_view text);

// AD-003: a country that is new, once 7 days and 20 located verifications have taught what is not.
std::optional<AnomalyFinding> unusual_geography(TokenLocation const& location, Timestamp now);

// AD-008. `agent_id`: the part of the DID that would be the id of an agent here.
AnomalyFinding unknown_agent(std::string_view agent_id, std::string_view did);

struct Replay
{
    std::string_view credential; // "authorization code", "refresh token"
    std::string_view grant_id;
    std::string_view agent_id;
    std::string_view principal_id;
    std::chrono::milliseconds after_use{}; // how long after the credential was used
    std::chrono::milliseconds retry_window{};
    bool successor_used = false;
};

// AD-009: after the retry window, or when what replaced the credential has itself been used.
std::optional<AnomalyFinding> replay_attempt(Replay const& replay);

struct OfflineBundle
{
    std::string_view bundle_id;
    std::string_view agent_id;
    std::string_view grant_id;
    bool active = true;
    Timestamp created_at{};
    std::optional<Timestamp> synced_at{};
};

// AD-010: active, and more than 24 hours since it synchronised or was made.
std::optional<AnomalyFinding> offline_bundle_stale(OfflineBundle const& bundle, Timestamp now);

} // namespace rules
