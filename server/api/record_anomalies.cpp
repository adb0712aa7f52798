#include "server/api/record_anomalies.hpp"

#include "server/api/emit.hpp"
#include "server/api/notify_channels.hpp"
#include "server/api/revocation.hpp"
#include "server/rules/anomaly_catalogue.hpp"
#include "storage/agents.hpp"
#include "storage/grants.hpp"

#include <boost/describe/class.hpp>

#include <map>
#include <set>

namespace api {

namespace {

struct AnomalyDetectedView
{
    std::string alertId;
    std::string anomalyId;
    std::string type;
    std::string ruleId;
    std::string ruleName;
    std::string severity;
    std::string status;
    http::Nullable<std::string> agentId;
    http::Nullable<std::string> principalId;
    std::string description;
    http::RawJson context;
    storage::Timestamp detectedAt;
};
BOOST_DESCRIBE_STRUCT(
    AnomalyDetectedView, (),
    (alertId, anomalyId, type, ruleId, ruleName, severity, status, agentId, principalId,
     description, context, detectedAt)
)

struct AutoRevokedView
{
    std::vector<std::string> revokedGrants;
    std::int64_t anomalyCount = 0;
};
BOOST_DESCRIBE_STRUCT(AutoRevokedView, (), (revokedGrants, anomalyCount))

struct Repeated
{
    rules::AnomalyFinding const* finding = nullptr; // the last one
    std::int64_t times = 0;
};

void announce(server::Turn& turn, storage::Anomaly const& anomaly)
{
    auto const event_id = emit(
        turn, anomaly.developer_id, "anomaly.detected",
        AnomalyDetectedView{
            .alertId = anomaly.id,
            .anomalyId = anomaly.id,
            .type = anomaly.type,
            .ruleId = anomaly.rule_id,
            .ruleName = anomaly.rule_name,
            .severity = anomaly.severity,
            .status = anomaly.status,
            .agentId = anomaly.agent_id,
            .principalId = anomaly.principal_id,
            .description = anomaly.description,
            .context = {anomaly.metadata},
            .detectedAt = anomaly.detected_at}
    );
    notify_channels(turn, anomaly, AlertAction::trigger, event_id);
    turn.app.metrics.count_anomaly(anomaly.type, anomaly.severity, anomaly.agent_id.value_or(""));
}

storage::Anomaly make_anomaly(
    server::Turn& turn, std::string const& developer_id, RuleFacts const& facts,
    std::string const& fingerprint, Repeated const& repeated
)
{
    auto const& finding = *repeated.finding;
    storage::Anomaly made;
    made.id = turn.next_id("anm");
    made.developer_id = developer_id;
    made.rule_id = finding.rule_id;
    made.rule_name = facts.name;
    made.type = facts.type;
    made.severity = facts.severity;
    made.status = "open";
    made.agent_id = finding.agent_id;
    made.principal_id = finding.principal_id;
    made.fingerprint = fingerprint;
    made.description = finding.description;
    made.metadata = finding.metadata;
    made.detected_at = made.last_seen_at = turn.now;
    made.occurrences = repeated.times;
    return made;
}

void record(
    server::Turn& turn, std::string const& developer_id, RuleBook const& book,
    std::string const& fingerprint, Repeated const& repeated, RecordedAnomalies& recorded
)
{
    auto const& finding = *repeated.finding;
    auto const facts = facts_of(book, finding.rule_id);
    if (!facts)
        return;
    if (auto open = storage::find_open_anomaly(turn.db, developer_id, fingerprint)) {
        open->description = finding.description;
        open->metadata = finding.metadata;
        open->last_seen_at = turn.now;
        open->occurrences += repeated.times;
        storage::update_repeated_anomaly(turn.db, *open);
        recorded.found.push_back(std::move(*open));
        return;
    }
    auto const last_closing = storage::find_last_closing(turn.db, developer_id, fingerprint);
    if (rules::is_quiet(last_closing, turn.now))
        return;
    auto const made = make_anomaly(turn, developer_id, *facts, fingerprint, repeated);
    storage::insert_anomaly(turn.db, made);
    announce(turn, made);
    recorded.found.push_back(made);
    recorded.fresh.push_back(made);
}

} // namespace

RecordedAnomalies record_anomalies(
    server::Turn& turn, std::string const& developer_id, RuleBook const& book,
    std::vector<rules::AnomalyFinding> const& findings
)
{
    // In the order of first appearance: ids tell what happened first.
    std::vector<std::string> order;
    std::map<std::string, Repeated> by_fingerprint;
    for (auto const& finding : findings) {
        auto fingerprint = rules::anomaly_fingerprint(developer_id, finding);
        auto& repeated = by_fingerprint[fingerprint];
        if (repeated.times++ == 0)
            order.push_back(std::move(fingerprint));
        repeated.finding = &finding;
    }
    RecordedAnomalies recorded;
    for (auto const& fingerprint : order)
        record(turn, developer_id, book, fingerprint, by_fingerprint[fingerprint], recorded);
    return recorded;
}

std::vector<std::string> revoke_for_anomalies(
    server::Turn& turn, std::string const& developer_id, std::vector<storage::Anomaly> const& fresh
)
{
    std::vector<std::string> revoked;
    std::int64_t anomalies = 0;
    std::set<std::string> agents;
    for (auto const& anomaly : fresh) {
        // An agent id that is in an audit entry may be anybody's.
        if (!rules::is_grave(anomaly.severity) || !anomaly.agent_id ||
            !storage::find_agent(turn.db, developer_id, *anomaly.agent_id))
            continue;
        ++anomalies;
        if (!agents.insert(*anomaly.agent_id).second)
            continue;
        for (auto const& grant_id : storage::list_active_grant_ids(turn.db, *anomaly.agent_id)) {
            auto const ids = revoke_tree_ids(
                turn, developer_id, grant_id, {.by = "system", .reason = "anomaly"}
            );
            revoked.insert(revoked.end(), ids.begin(), ids.end());
        }
    }
    if (revoked.empty())
        return revoked;
    emit(
        turn, developer_id, "anomaly.auto_revoked",
        AutoRevokedView{.revokedGrants = revoked, .anomalyCount = anomalies}
    );
    return revoked;
}

} // namespace api
