// What GET /metrics tells: a fixed set of counters, histograms and gauges (signals contract,
// "x-prometheus"). Owned by App, belongs to the loop: plain numbers, no locks. Whoever does a thing
// calls its method here when it is done; counters start at zero with the process.
//
// Labels are bounded: words of the enums below, templates of the route table, words of catalogues.
// Ids of agents are labels only with GRANTEXD_METRICS_AGENT_LABELS, and then of the first
// agents_max agents; further ones count together as "other".
#pragma once

#include "server/histogram.hpp"
#include "server/process_stats.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

namespace server {

class MetricsText;

enum class DeliveryEnd : std::uint8_t
{
    delivered,
    failed // after the last attempt, or for good
};
enum class AttemptOutcome : std::uint8_t
{
    success,
    http_error, // an answer that is no 2xx
    timeout,
    dns_error,
    tls_error,
    blocked, // an address the outbound policy refuses
    other
};
enum class StreamTransport : std::uint8_t
{
    sse,
    ws
};
enum class DebitOutcome : std::uint8_t
{
    applied,
    insufficient,
    inactive, // the grant is not active any more
    replayed  // answered from an idempotency record
};

// A value for each word of an enum that ends in `Last`.
template<class Value, auto Last> struct PerWord
{
    std::array<Value, static_cast<std::size_t>(Last) + 1> values{};
    Value& operator[](decltype(Last) word) { return values[static_cast<std::size_t>(word)]; }
};

class Metrics
{
public:
    explicit Metrics(bool agent_labels);

    // A request was answered; of a stream: its answer has begun. `method` and `route` (a template
    // as in the route table, or "unmatched") are kept as they are: text that lives as long as the
    // process. Durations are seconds everywhere.
    void observe_request(
        std::string_view method, std::string_view route, unsigned status, double seconds
    );
    // POST /v1/authorize or POST /v1/token was answered. `agent_id` must be one that exists; empty
    // when the request named none.
    void observe_authorize(bool success, double seconds, std::string_view agent_id);
    void observe_token_exchange(bool success, double seconds, std::string_view agent_id);

    // Root and descendants alike.
    void count_revoked_grants(std::size_t grants) { grants_revoked_ += grants; }

    // Webhooks. A delivery ends once; each try of it is an attempt. `agent_id`: of the event, empty
    // when it is about none.
    void count_webhook_delivery(DeliveryEnd end, std::string_view agent_id = {});
    void count_webhook_attempt(AttemptOutcome outcome) { ++webhook_attempts_[outcome]; }
    // Deliveries that have neither arrived nor failed.
    void set_webhook_pending(std::int64_t deliveries) { webhook_pending_ = deliveries; }
    // Age of the oldest event that is not dispatched yet; 0 when there is none.
    void set_outbox_oldest(double seconds) { outbox_oldest_seconds_ = seconds; }
    // Streams of events that are open now.
    void set_event_streams(StreamTransport transport, std::int64_t connections)
    {
        event_streams_[transport] = connections;
    }

    // Anomalies. `type` and `severity` are words of the rules' catalogue. Alerts are gauges: how
    // many there are in this state now.
    void
    count_anomaly(std::string_view type, std::string_view severity, std::string_view agent_id = {});
    void set_anomalies_unacknowledged(std::int64_t anomalies)
    {
        anomalies_unacknowledged_ = anomalies;
    }
    void set_alerts(std::int64_t open, std::int64_t acknowledged, std::int64_t resolved);
    // `channel`: slack, pagerduty, datadog, webhook, email.
    void count_notification(std::string_view channel, DeliveryEnd end);

    void count_budget_debit(DebitOutcome outcome) { ++budget_debits_[outcome]; }

    // Grants that are active and not expired (the job count_active_grants).
    void set_active_grants(std::int64_t grants) { active_grants_ = grants; }

    // How much later than due the loop came to a timer: what every request waits in addition.
    void observe_loop_lag(double seconds) { loop_lag_.observe(seconds); }
    // A commit that succeeded: how many writes shared it.
    void observe_commit(std::size_t writes) { commit_writes_.observe(static_cast<double>(writes)); }

    // The whole exposition, in text format 0.0.4.
    [[nodiscard]] std::string text(ProcessStats const& process) const;

    static constexpr std::size_t agents_max = 1000;

private:
    using Counter = std::uint64_t;
    struct ByAgent // success, failure; delivered, failed
    {
        std::map<std::string, std::array<Counter, 2>> counts{{"", {}}};
    };

    std::string agent_label(std::string_view agent_id);

    void write_requests(MetricsText& out) const;
    void write_grants(MetricsText& out) const;
    void write_webhooks(MetricsText& out) const;
    void write_anomalies(MetricsText& out) const;
    void write_loop(MetricsText& out) const;

    bool agent_labels_;
    std::set<std::string, std::less<>> agents_; // that have a label of their own

    std::map<std::tuple<std::string_view, std::string_view, unsigned>, Histogram> requests_;
    ByAgent token_exchanges_;
    std::array<Counter, 2> authorizations_{};
    std::map<std::string, Histogram> authorize_seconds_; // by agent
    Histogram token_exchange_seconds_;
    Counter grants_revoked_ = 0;
    std::int64_t active_grants_ = 0;

    ByAgent webhook_deliveries_;
    PerWord<Counter, AttemptOutcome::other> webhook_attempts_{};
    std::int64_t webhook_pending_ = 0;
    double outbox_oldest_seconds_ = 0;
    PerWord<std::int64_t, StreamTransport::ws> event_streams_{};

    std::map<std::tuple<std::string, std::string, std::string>, Counter> anomalies_;
    std::int64_t anomalies_unacknowledged_ = 0;
    std::int64_t alerts_open_ = 0;
    std::int64_t alerts_acknowledged_ = 0;
    std::int64_t alerts_resolved_ = 0;
    std::map<std::pair<std::string, DeliveryEnd>, Counter> notifications_;

    PerWord<Counter, DebitOutcome::replayed> budget_debits_{};
    Histogram loop_lag_;
    Histogram commit_writes_;
};

} // namespace server
