#include "server/api/anomaly_events.hpp"

#include "crypto/ids.hpp"
#include "server/rules/anomaly_activity.hpp"
#include "server/rules/anomaly_credentials.hpp"
#include "server/rules/anomaly_grants.hpp"
#include "server/rules/anomaly_spans.hpp"
#include "storage/anomaly_baselines.hpp"
#include "storage/anomaly_sources.hpp"
#include "storage/developers.hpp"
#include "storage/events.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace api {

namespace {

constexpr std::int64_t read_at_once = 50;
constexpr std::int64_t cost_of_event = 10; // in records that are only counted

constexpr auto const* grants_cursor = "grants";
constexpr auto const* signals_cursor = "signals";
constexpr auto const* revocations = "revocations";
constexpr auto const* spending = "spending";
constexpr auto const* tokens = "tokens";
constexpr auto const* tokens_cursor = "tokens:events";

void add(NewFindings& found, std::optional<rules::AnomalyFinding> finding)
{
    if (finding)
        found.findings.push_back(std::move(*finding));
}

// The depth that the developer's chains may reach.
int depth_limit(AnomalyLedger& ledger)
{
    auto const server_max = ledger.turn().app.config.max_delegation_depth;
    auto const developer = storage::find_developer(ledger.db(), ledger.developer_id());
    return std::min(
        server_max, developer ? developer->max_delegation_depth.value_or(server_max) : server_max
    );
}

void look_at_depth(AnomalyLedger& ledger, storage::GrantRecord const& grant, NewFindings& found)
{
    auto& db = ledger.db();
    auto const root = storage::find_root_agent(db, ledger.developer_id(), grant.id);
    if (!root)
        return;
    auto const before = storage::find_greatest_depth(
        db, ledger.developer_id(), *root, grant.at - rules::depth_baseline_window
    );
    storage::update_depth(db, ledger.developer_id(), *root, grant.depth, grant.at);
    // What is older only teaches what is usual: a file that comes from an earlier version.
    if (grant.at <= ledger.turn().now - rules::activity_window)
        return;
    add(found, rules::delegation_depth_spike(
                   {.root_agent_id = *root,
                    .grant_id = grant.id,
                    .depth = grant.depth,
                    .greatest_before = before,
                    .limit = depth_limit(ledger)}
               ));
}

// Lets out of a span what happened at `begin` or before, of the signals up to `last_id`.
void let_out(
    AnomalyLedger& ledger, std::string const& span, storage::Timestamp begin,
    std::string const& last_id
)
{
    auto const cursor = span + ":end";
    for (;;) {
        auto const signals = storage::list_anomaly_signals(
            ledger.db(), ledger.developer_id(), ledger.cursor(cursor).value_or(""), read_at_once
        );
        for (auto const& signal : signals) {
            if (signal.at > begin || signal.id > last_id)
                return;
            if (span == revocations && signal.kind == "revocation")
                --ledger.count(span, "").total;
            if (span == spending && signal.kind == "debit")
                ledger.count(span, signal.grant_id.value_or("")).total -= signal.amount;
            ledger.set_cursor(cursor, signal.id);
        }
        if (signals.size() < static_cast<std::size_t>(read_at_once))
            return;
    }
}

void look_at_revocation(
    AnomalyLedger& ledger, storage::AnomalySignal const& signal, NewFindings& found
)
{
    auto const last = ledger.cursor(signals_cursor).value_or("");
    let_out(ledger, revocations, signal.at - rules::revocation_span, last);
    add(found, rules::rapid_revocation(++ledger.count(revocations, "").total));
}

void look_at_debit(AnomalyLedger& ledger, storage::AnomalySignal const& signal, NewFindings& found)
{
    auto const last = ledger.cursor(signals_cursor).value_or("");
    let_out(ledger, spending, signal.at - rules::spending_span, last);
    auto const grant_id = signal.grant_id.value_or("");
    auto const spent = ledger.count(spending, grant_id).total += signal.amount;
    auto const agent_id = signal.agent_id.value_or("");
    add(found, rules::budget_cliff({grant_id, agent_id, spent, signal.budget}));
}

void look_at_location(
    AnomalyLedger& ledger, storage::AnomalySignal const& signal, NewFindings& found
)
{
    auto const agent_id = signal.agent_id.value_or("");
    auto const grant_id = signal.grant_id.value_or("");
    std::vector<std::string> known;
    std::int64_t before = 0;
    std::optional<storage::Timestamp> first;
    for (auto const& country :
         storage::list_countries(ledger.db(), ledger.developer_id(), agent_id)) {
        before += country.verifications;
        first = std::min(first.value_or(country.first_at), country.first_at);
        if (country.last_at > signal.at - rules::geography_window)
            known.push_back(country.country);
    }
    add(found, rules::unusual_geography(
                   {.agent_id = agent_id,
                    .grant_id = grant_id,
                    .country = signal.detail,
                    .known = known,
                    .located_before = before,
                    .first_located = first},
                   signal.at
               ));
    storage::update_country(
        ledger.db(), ledger.developer_id(), agent_id,
        {.country = signal.detail,
         .verifications = signal.amount,
         .first_at = signal.at,
         .last_at = signal.at}
    );
}

void look_at(AnomalyLedger& ledger, storage::AnomalySignal const& signal, NewFindings& found)
{
    auto const agent_id = signal.agent_id.value_or("");
    auto const grant_id = signal.grant_id.value_or("");
    auto const principal_id = signal.principal_id.value_or("");
    auto const& kind = signal.kind;
    if (kind == "revocation")
        look_at_revocation(ledger, signal, found);
    else if (kind == "location")
        look_at_location(ledger, signal, found);
    else if (kind == "debit")
        look_at_debit(ledger, signal, found);
    else if (kind == "unknown_agent")
        add(found, rules::unknown_agent(agent_id, signal.detail));
    else if (kind == "scope_unregistered" || kind == "scope_beyond_parent")
        add(found, rules::scope_escalation(
                       {.agent_id = agent_id,
                        .first_scope = signal.detail,
                        .scopes = signal.amount,
                        .beyond_parent = kind == "scope_beyond_parent",
                        .grant_id = grant_id}
                   ));
    else
        add(found,
            rules::replay_attempt(
                {.credential = kind == "code_replay" ? "authorization code" : "refresh token",
                 .grant_id = grant_id,
                 .agent_id = agent_id,
                 .principal_id = principal_id,
                 .after_use = std::chrono::milliseconds{signal.amount},
                 .retry_window = ledger.turn().app.config.reuse_grace,
                 .successor_used = !signal.detail.empty()}
            ));
}

std::optional<storage::TokenRecord> token_of(storage::Event const& event)
{
    if (event.type != "token.issued")
        return {};
    boost::system::error_code error;
    auto const data = boost::json::parse({event.data.data(), event.data.size()}, error);
    auto const text = [&](char const* name) {
        auto const* const object = data.if_object();
        auto const* const value = object == nullptr ? nullptr : object->if_contains(name);
        return value != nullptr && value->is_string() ? std::string{value->get_string()} : "";
    };
    return storage::TokenRecord{event.id, text("agentId"), text("grantId"), event.created_at};
}

} // namespace

void store_waiting_signals(server::Turn& turn, std::string const& developer_id)
{
    for (auto& signal : turn.app.signals.take(developer_id)) {
        signal.id = turn.next_id("sig");
        storage::insert_anomaly_signal(turn.db, signal);
    }
}

// From the first grant there ever was, once: who met whom has no window.
bool take_in_grants(AnomalyLedger& ledger, NewFindings& found, std::int64_t& budget)
{
    auto const now = ledger.turn().now;
    while (budget > 0) {
        auto const grants = storage::list_grant_records(
            ledger.db(), ledger.developer_id(), ledger.cursor(grants_cursor).value_or(""),
            read_at_once
        );
        for (auto const& grant : grants) {
            auto const first_ever = storage::insert_anomaly_pair(
                ledger.db(), ledger.developer_id(), {grant.agent_id, grant.principal_id, grant.at}
            );
            add(found,
                rules::new_principal(grant.agent_id, grant.principal_id, first_ever, grant.at, now)
            );
            if (grant.parent_id)
                look_at_depth(ledger, grant, found);
            if (grant.at > now - rules::velocity_window)
                found.granted_agents.insert(grant.agent_id);
            ledger.set_cursor(grants_cursor, grant.id);
            budget -= cost_of_event;
        }
        if (grants.size() < static_cast<std::size_t>(read_at_once))
            return true;
    }
    return false;
}

bool take_in_signals(AnomalyLedger& ledger, NewFindings& found, std::int64_t& budget)
{
    for (std::size_t read = read_at_once; read == static_cast<std::size_t>(read_at_once);) {
        if (budget <= 0)
            return false;
        auto const signals = storage::list_anomaly_signals(
            ledger.db(), ledger.developer_id(), ledger.cursor(signals_cursor).value_or(""),
            read_at_once
        );
        read = signals.size();
        for (auto const& signal : signals) {
            look_at(ledger, signal, found);
            ledger.set_cursor(signals_cursor, signal.id);
            budget -= cost_of_event;
        }
    }
    auto const last = ledger.cursor(signals_cursor);
    if (!last)
        return true;
    let_out(ledger, revocations, ledger.turn().now - rules::revocation_span, *last);
    let_out(ledger, spending, ledger.turn().now - rules::spending_span, *last);
    // The longer span has passed over them last.
    if (auto const passed = ledger.cursor(std::string{spending} + ":end"))
        storage::delete_anomaly_signals(ledger.db(), ledger.developer_id(), *passed);
    return true;
}

bool take_in_tokens(AnomalyLedger& ledger, std::int64_t& budget)
{
    auto const oldest = crypto::last_id_at("evt", ledger.turn().now - rules::activity_window);
    auto const start = std::max(ledger.cursor(tokens_cursor).value_or(""), oldest);
    ledger.set_cursor(tokens_cursor, start);
    while (budget > 0) {
        auto const events = storage::list_events(
            ledger.db(), ledger.developer_id(), ledger.cursor(tokens_cursor).value(), read_at_once
        );
        for (auto const& event : events) {
            if (auto const record = token_of(event))
                storage::insert_token_record(ledger.db(), ledger.developer_id(), *record);
            ledger.set_cursor(tokens_cursor, event.id);
            --budget;
        }
        if (events.size() < static_cast<std::size_t>(read_at_once))
            return true;
    }
    return false;
}

void forget_tokens(AnomalyLedger& ledger)
{
    if (!ledger.cursor(tokens_cursor))
        return;
    storage::delete_token_records(
        ledger.db(), ledger.developer_id(),
        crypto::last_id_at("evt", ledger.turn().now + std::chrono::hours{24 * 365})
    );
    storage::delete_anomaly_window(ledger.db(), ledger.developer_id(), tokens);
}

} // namespace api
