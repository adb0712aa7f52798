#include "server/api/detection.hpp"

#include "crypto/ids.hpp"
#include "server/api/anomaly_events.hpp"
#include "server/api/sliding_windows.hpp"
#include "server/rules/anomaly_catalogue.hpp"
#include "server/rules/anomaly_grants.hpp"
#include "storage/anomaly_baselines.hpp"
#include "storage/anomaly_sources.hpp"
#include "storage/grants.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>

namespace api {

namespace {

using Findings = std::vector<rules::AnomalyFinding>;

constexpr auto const* hour = "hour";
constexpr auto const* day = "day";
constexpr auto const* burst = "burst";
constexpr auto const* week = "week";

constexpr std::int64_t subjects_at_once = 50;
constexpr std::int64_t cost_of_subject = 10; // in records
constexpr std::chrono::seconds event_stands{60};

std::vector<SlidingWindow> built_in_windows()
{
    auto const before = rules::velocity_baseline_window + rules::velocity_window;
    return {
        {.name = hour, .length = rules::rate_window},
        {.name = day, .length = rules::activity_window},
        {.name = burst, .length = rules::velocity_window, .source = ActivitySource::grants},
        {.name = week, .length = before, .source = ActivitySource::grants},
    };
}

// The scopes of grants, read once a slice.
class GrantScopes
{
public:
    explicit GrantScopes(AnomalyLedger& ledger) : ledger_(ledger) {}

    std::vector<std::string> const& of(std::string const& grant_id)
    {
        auto const [place, is_new] = known_.try_emplace(grant_id);
        if (is_new)
            if (auto grant = storage::find_grant(ledger_.db(), ledger_.developer_id(), grant_id))
                place->second = std::move(grant->scopes);
        return place->second;
    }

private:
    AnomalyLedger& ledger_;
    std::map<std::string, std::vector<std::string>> known_;
};

// Counted apart, by agent, are the audit entries and the tokens that the condition concerns.
bool slide_custom(
    AnomalyLedger& ledger, ActiveRule const& rule, GrantScopes& scopes, std::int64_t& budget
)
{
    auto const& condition = rule.condition;
    SlidingWindow window{.name = rule.row.id, .length = condition.window};
    window.counts = [&](ActivityRecord const& record) {
        return rules::concerns_agent(condition, record.agent_id) &&
               (condition.scopes.empty() ||
                rules::concerns_scopes(condition, scopes.of(record.grant_id)));
    };
    auto const done = slide(ledger, window, budget);
    window.source = ActivitySource::tokens;
    return done && slide(ledger, window, budget);
}

bool catch_up(AnomalyLedger& ledger, RuleBook const& book, NewFindings& found, std::int64_t& budget)
{
    store_waiting_signals(ledger.turn(), ledger.developer_id());
    if (!take_in_signals(ledger, found, budget) || !take_in_grants(ledger, found, budget))
        return false;
    for (auto const& window : built_in_windows())
        if (!slide(ledger, window, budget))
            return false;
    if (book.custom.empty()) {
        forget_tokens(ledger);
        return true;
    }
    if (!take_in_tokens(ledger, budget))
        return false;
    GrantScopes scopes{ledger};
    for (auto const& rule : book.custom)
        if (!slide_custom(ledger, rule, scopes, budget))
            return false;
    storage::delete_token_records(
        ledger.db(), ledger.developer_id(),
        crypto::last_id_at("evt", ledger.turn().now - rules::activity_window)
    );
    return true;
}

void add(Findings& findings, std::optional<rules::AnomalyFinding> finding)
{
    if (finding)
        findings.push_back(std::move(*finding));
}

void look_at_velocity(AnomalyLedger& ledger, std::string const& agent_id, Findings& findings)
{
    auto const recent = ledger.count(burst, agent_id).total;
    auto const before = ledger.count(week, agent_id).total - recent;
    add(findings, rules::velocity_spike(agent_id, recent, before));
}

// A window whose subjects are judged one after the other.
struct Stage
{
    std::string window;
    std::int64_t total_min = 1; // less is never found
    std::function<void(storage::AnomalyCount const&, Findings&)> judge;
};

std::vector<Stage> stages_of(AnomalyLedger& ledger, RuleBook const& book)
{
    using Count = storage::AnomalyCount;
    std::vector<Stage> stages{
        {hour, rules::rate_entries_min,
         [](Count const& count, Findings& findings) {
             add(findings, rules::rate_spike(count.subject, count.total));
         }},
        {day, rules::activity_entries_min,
         [](Count const& count, Findings& findings) {
             add(findings, rules::off_hours_activity(count.subject, count.off_hours));
             add(findings, rules::high_failure_rate(count.subject, count.total, count.bad));
         }},
        {burst, rules::velocity_grants_min,
         [&ledger](Count const& count, Findings& findings) {
             look_at_velocity(ledger, count.subject, findings);
         }},
    };
    for (auto const& rule : book.custom)
        stages.push_back(
            {rule.row.id, rule.condition.threshold,
             [&rule](Count const& count, Findings& findings) {
                 add(findings, rules::custom_rule(
                                   {rule.row.rule_id, rule.row.name, rule.condition}, count.subject,
                                   count.total
                               ));
             }}
        );
    return stages;
}

// False when `budget` ended before every window was judged.
bool evaluate(
    AnomalyLedger& ledger, RuleBook const& book, DetectionRun& run, Findings& findings,
    std::int64_t& budget
)
{
    auto const stages = stages_of(ledger, book);
    while (run.stage < stages.size()) {
        if (budget <= 0)
            return false;
        auto const& stage = stages[run.stage];
        auto const counts = storage::list_anomaly_counts(
            ledger.db(), ledger.developer_id(), stage.window, stage.total_min, run.after,
            subjects_at_once
        );
        for (auto const& count : counts)
            stage.judge(count, findings);
        budget -= 1 + cost_of_subject * static_cast<std::int64_t>(counts.size());
        if (counts.size() == static_cast<std::size_t>(subjects_at_once)) {
            run.after = counts.back().subject;
        } else {
            run.after.clear();
            ++run.stage;
        }
    }
    return true;
}

} // namespace

DetectionSlice detect_slice(server::Turn& turn, DetectionRun& run, std::int64_t budget)
{
    auto const book = read_rule_book(turn.db, run.developer_id);
    AnomalyLedger ledger{turn, run.developer_id};
    NewFindings found;
    if (!run.caught_up) {
        run.caught_up = catch_up(ledger, book, found, budget);
        ledger.save();
        run.granted_agents.merge(found.granted_agents);
    }
    if (run.caught_up && run.all_rules) {
        run.finished = evaluate(ledger, book, run, found.findings, budget);
    } else if (run.caught_up) {
        for (auto const& agent_id : run.granted_agents)
            look_at_velocity(ledger, agent_id, found.findings);
        run.finished = true;
    }
    DetectionSlice slice{
        .anomalies = record_anomalies(turn, run.developer_id, book, found.findings),
        .revoked_grants = {}};
    if (run.auto_revoke)
        slice.revoked_grants = revoke_for_anomalies(turn, run.developer_id, slice.anomalies.fresh);
    return slice;
}

std::vector<storage::Anomaly>
list_standing_anomalies(server::Turn& turn, std::string const& developer_id, std::int64_t limit)
{
    std::vector<storage::Anomaly> standing;
    auto const book = read_rule_book(turn.db, developer_id);
    for (auto& anomaly :
         storage::list_anomalies_seen_after(turn.db, developer_id, turn.now - event_stands, limit))
    {
        auto const* const rule = rules::find_built_in_anomaly(anomaly.rule_id);
        if (rule != nullptr && rule->of_events && facts_of(book, rule->id))
            standing.push_back(std::move(anomaly));
    }
    for (auto const& pair : storage::list_anomaly_pairs(
             turn.db, developer_id, turn.now - rules::new_principal_window, limit
         ))
    {
        auto const finding =
            rules::new_principal(pair.agent_id, pair.principal_id, true, pair.first_at, turn.now);
        if (!finding || !facts_of(book, finding->rule_id))
            continue;
        auto anomaly = storage::find_open_anomaly(
            turn.db, developer_id, rules::anomaly_fingerprint(developer_id, *finding)
        );
        if (anomaly)
            standing.push_back(std::move(*anomaly));
    }
    return standing;
}

} // namespace api
