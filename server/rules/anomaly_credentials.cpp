#include "server/rules/anomaly_credentials.hpp"

#include "server/rules/scopes.hpp"

#include <algorithm>

namespace rules {

namespace {

constexpr std::chrono::hours learning_time{7 * 24};
constexpr std::int64_t learning_verifications = 20;
constexpr std::chrono::hours bundle_sync_max{24};

AnomalyMeasure once(std::string_view grant_id)
{
    return {.observed = 1, .threshold = 1, .grant_id = grant_id};
}

} // namespace

std::vector<std::string> scopes_beyond_registration(
    std::span<std::string const> requested, std::span<std::string const> registered, bool refused
)
{
    if (registered.empty() && !refused)
        return {};
    return scopes_outside(requested, registered);
}

std::optional<AnomalyFinding> scope_escalation(ScopeRequest const& request)
{
    if (request.scopes < 1)
        return {};
    auto const more = request.scopes - 1;
    std::string names{request.first_scope};
    if (more > 0)
        names += " and " + std::to_string(more) + (more == 1 ? " more scope" : " more scopes");
    auto measure = once(request.grant_id);
    measure.observed = static_cast<double>(request.scopes);
    return AnomalyFinding{
        .rule_id = "AD-002",
        .agent_id = std::string{request.agent_id},
        .description = std::string{request.agent_id} + " asked for " + names +
                       (request.beyond_parent ? ", which the parent grant does not hold."
                                              : ", which it is not registered for."),
        .metadata = measure_json(measure)};
}

std::optional<std::string> country_code(std::string_view text)
{
    if (text.size() != 2)
        return {};
    std::string code;
    for (auto const c : text) {
        if ((c < 'A' || c > 'Z') && (c < 'a' || c > 'z'))
            return {};
        code += static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
    }
    return code == "XX" ? std::nullopt : std::optional{code};
}

std::optional<AnomalyFinding> unusual_geography(TokenLocation const& location, Timestamp now)
{
    auto const learned = location.first_located && now - *location.first_located >= learning_time &&
                         location.located_before >= learning_verifications;
    if (location.country.empty() || !learned ||
        std::ranges::find(location.known, location.country) != location.known.end())
        return {};
    auto measure = once(location.grant_id);
    measure.baseline = static_cast<double>(location.known.size());
    return AnomalyFinding{
        .rule_id = "AD-003",
        .agent_id = std::string{location.agent_id},
        .subject = std::string{location.country},
        .description = "A token of " + std::string{location.agent_id} + " was verified from " +
                       std::string{location.country} + ", for the first time in 30 days.",
        .metadata = measure_json(measure)};
}

AnomalyFinding unknown_agent(std::string_view agent_id, std::string_view did)
{
    return {
        .rule_id = "AD-008",
        .agent_id = std::string{agent_id},
        .description = "A token with a good signature names " + std::string{did} +
                       ", which is not registered or was deleted.",
        .metadata = measure_json(once({}))};
}

std::optional<AnomalyFinding> replay_attempt(Replay const& replay)
{
    if (replay.after_use <= replay.retry_window && !replay.successor_used)
        return {};
    return AnomalyFinding{
        .rule_id = "AD-009",
        .agent_id = std::string{replay.agent_id},
        .principal_id = std::string{replay.principal_id},
        .subject = std::string{replay.grant_id},
        .description = "A used " + std::string{replay.credential} + " of " +
                       std::string{replay.grant_id} + " was presented again.",
        .metadata = measure_json(once(replay.grant_id))};
}

std::optional<AnomalyFinding> offline_bundle_stale(OfflineBundle const& bundle, Timestamp now)
{
    auto const silent = now - bundle.synced_at.value_or(bundle.created_at);
    if (!bundle.active || silent <= bundle_sync_max)
        return {};
    auto const hours = std::chrono::floor<std::chrono::hours>(silent);
    return AnomalyFinding{
        .rule_id = "AD-010",
        .agent_id = std::string{bundle.agent_id},
        .subject = std::string{bundle.bundle_id},
        .description = "The bundle " + std::string{bundle.bundle_id} +
                       " has not synchronised for " + std::to_string(hours.count()) + " hours.",
        .metadata = measure_json(
            {.observed = static_cast<double>(hours.count()),
             .threshold = static_cast<double>(bundle_sync_max.count()),
             .window = bundle_sync_max,
             .grant_id = bundle.grant_id}
        )};
}

} // namespace rules
