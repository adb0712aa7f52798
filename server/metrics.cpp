#include "server/metrics.hpp"

#include "server/metrics_text.hpp"

namespace server {

namespace {

constexpr double job_bounds[] = {0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5};
constexpr double request_bounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
constexpr double lag_bounds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1};
constexpr double batch_bounds[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};

constexpr std::string_view success_words[] = {"success", "failure"};
constexpr std::string_view delivery_words[] = {"delivered", "failed"};
constexpr std::string_view attempt_words[] = {"success",   "http_error", "timeout", "dns_error",
                                              "tls_error", "blocked",    "other"};
constexpr std::string_view transport_words[] = {"sse", "ws"};
constexpr std::string_view debit_words[] = {"applied", "insufficient", "inactive", "replayed"};

// "/v1/webhooks/{id}" -> "/v1/webhooks/:id"
std::string route_label(std::string_view pattern)
{
    std::string label;
    for (auto const c : pattern)
        if (c != '}')
            label += c == '{' ? ':' : c;
    return label;
}

template<class Values>
void write_words(
    MetricsText& out, std::string_view label, std::span<std::string_view const> words,
    Values const& values
)
{
    for (std::size_t i = 0; i < values.size(); ++i)
        out.sample({{label, words[i]}}, values[i]);
}

template<class Map>
void write_by_agent(MetricsText& out, std::span<std::string_view const> words, Map const& by_agent)
{
    for (auto const& [agent, counts] : by_agent)
        for (std::size_t i = 0; i < counts.size(); ++i)
            out.sample({{"status", words[i]}, {"agent_id", agent}}, counts[i]);
}

void write_gauge(MetricsText& out, std::string_view name, std::string_view help, auto value)
{
    out.family(name, MetricType::gauge, help);
    out.sample({}, value);
}

// "The usual process_* family."
void write_process(MetricsText& out, ProcessStats const& process)
{
    if (process.cpu_seconds) {
        out.family(
            "process_cpu_seconds_total", MetricType::counter,
            "Processor time of all threads, user and system"
        );
        out.sample({}, *process.cpu_seconds);
    }
    auto const gauge = [&](std::string_view name, auto const& value, std::string_view help) {
        if (value)
            write_gauge(out, name, help, *value);
    };
    gauge("process_start_time_seconds", process.start_seconds, "Start of the process, since 1970");
    gauge("process_resident_memory_bytes", process.resident_bytes, "Memory that is resident");
    gauge("process_virtual_memory_bytes", process.virtual_bytes, "Memory that is mapped");
    gauge("process_open_fds", process.open_fds, "Open file descriptors");
    gauge("process_max_fds", process.max_fds, "Most file descriptors the process may open");
}

} // namespace

Metrics::Metrics(bool agent_labels)
    : agent_labels_(agent_labels), token_exchange_seconds_(job_bounds), loop_lag_(lag_bounds),
      commit_writes_(batch_bounds)
{
    authorize_seconds_.emplace("", job_bounds);
}

std::string Metrics::agent_label(std::string_view agent_id)
{
    if (!agent_labels_ || agent_id.empty())
        return {};
    if (!agents_.contains(agent_id)) {
        if (agents_.size() >= agents_max)
            return "other";
        agents_.emplace(agent_id);
    }
    return std::string{agent_id};
}

void Metrics::observe_request(
    std::string_view method, std::string_view route, unsigned status, double seconds
)
{
    requests_.try_emplace({route, method, status}, request_bounds).first->second.observe(seconds);
}

void Metrics::observe_authorize(bool success, double seconds, std::string_view agent_id)
{
    ++authorizations_[success ? 0 : 1];
    authorize_seconds_.try_emplace(agent_label(agent_id), job_bounds)
        .first->second.observe(seconds);
}

void Metrics::observe_token_exchange(bool success, double seconds, std::string_view agent_id)
{
    ++token_exchanges_.counts[agent_label(agent_id)][success ? 0 : 1];
    token_exchange_seconds_.observe(seconds);
}

void Metrics::count_webhook_delivery(DeliveryEnd end, std::string_view agent_id)
{
    ++webhook_deliveries_.counts[agent_label(agent_id)][static_cast<std::size_t>(end)];
}

void Metrics::count_anomaly(
    std::string_view type, std::string_view severity, std::string_view agent_id
)
{
    ++anomalies_[{std::string{type}, std::string{severity}, agent_label(agent_id)}];
}

void Metrics::set_alerts(std::int64_t open, std::int64_t acknowledged, std::int64_t resolved)
{
    alerts_open_ = open;
    alerts_acknowledged_ = acknowledged;
    alerts_resolved_ = resolved;
}

void Metrics::count_notification(std::string_view channel, DeliveryEnd end)
{
    ++notifications_[{std::string{channel}, end}];
}

std::string Metrics::text(ProcessStats const& process) const
{
    MetricsText out{{"service", "grantex-auth-service"}};
    write_grants(out);
    write_webhooks(out);
    write_anomalies(out);
    write_requests(out);
    write_loop(out);
    write_process(out, process);
    return out.text();
}

void Metrics::write_grants(MetricsText& out) const
{
    out.family(
        "grantex_token_exchange_total", MetricType::counter, "Answers to exchanges of a code"
    );
    write_by_agent(out, success_words, token_exchanges_.counts);
    out.family("grantex_authorize_total", MetricType::counter, "Answers to authorization requests");
    write_words(out, "status", success_words, authorizations_);
    out.family(
        "grantex_grants_revoked_total", MetricType::counter,
        "Grants revoked, those delegated from them included"
    );
    out.sample({}, grants_revoked_);
    write_gauge(
        out, "grantex_active_grants", "Grants that are active and not expired", active_grants_
    );
    out.family("grantex_budget_debits_total", MetricType::counter, "Answers to debits of a budget");
    write_words(out, "outcome", debit_words, budget_debits_.values);
    out.family(
        "grantex_authorize_duration_seconds", MetricType::histogram,
        "Time from an authorization request to its answer"
    );
    for (auto const& [agent, seconds] : authorize_seconds_)
        out.histogram({{"agent_id", agent}}, seconds);
    out.family(
        "grantex_token_exchange_duration_seconds", MetricType::histogram,
        "Time from an exchange of a code to its answer"
    );
    out.histogram({}, token_exchange_seconds_);
}

void Metrics::write_webhooks(MetricsText& out) const
{
    out.family(
        "grantex_webhook_deliveries_total", MetricType::counter,
        "Webhook deliveries that have ended"
    );
    write_by_agent(out, delivery_words, webhook_deliveries_.counts);
    out.family(
        "grantex_webhook_delivery_attempts_total", MetricType::counter,
        "Attempts to deliver a webhook"
    );
    write_words(out, "outcome", attempt_words, webhook_attempts_.values);
    write_gauge(
        out, "grantex_webhook_pending", "Webhook deliveries that have not ended", webhook_pending_
    );
    write_gauge(
        out, "grantex_outbox_oldest_seconds", "Age of the oldest event that is not dispatched",
        outbox_oldest_seconds_
    );
    out.family(
        "grantex_event_stream_connections", MetricType::gauge, "Event streams that are open"
    );
    write_words(out, "transport", transport_words, event_streams_.values);
}

void Metrics::write_anomalies(MetricsText& out) const
{
    out.family("grantex_anomalies_detected_total", MetricType::counter, "Anomalies found");
    for (auto const& [labels, count] : anomalies_) {
        auto const& [type, severity, agent] = labels;
        out.sample({{"type", type}, {"severity", severity}, {"agent_id", agent}}, count);
    }
    write_gauge(
        out, "grantex_anomalies_unacknowledged", "Anomalies nobody has acknowledged",
        anomalies_unacknowledged_
    );
    write_gauge(out, "grantex_alerts_open", "Alerts that are open", alerts_open_);
    write_gauge(
        out, "grantex_alerts_acknowledged", "Alerts that are acknowledged", alerts_acknowledged_
    );
    write_gauge(out, "grantex_alerts_resolved", "Alerts that are resolved", alerts_resolved_);
    out.family(
        "grantex_notification_deliveries_total", MetricType::counter,
        "Notifications of alerts that have ended"
    );
    for (auto const& [labels, count] : notifications_)
        out.sample(
            {{"channel", labels.first},
             {"status", delivery_words[static_cast<std::size_t>(labels.second)]}},
            count
        );
}

void Metrics::write_requests(MetricsText& out) const
{
    out.family(
        "grantex_http_request_duration_seconds", MetricType::histogram,
        "Time from a request to its answer, by route template"
    );
    for (auto const& [labels, seconds] : requests_) {
        auto const& [route, method, status] = labels;
        out.histogram(
            {{"method", method},
             {"route", route_label(route)},
             {"status_code", std::to_string(status)}},
            seconds
        );
    }
}

void Metrics::write_loop(MetricsText& out) const
{
    out.family(
        "grantex_loop_lag_seconds", MetricType::histogram,
        "How much later than due the event loop came to a timer"
    );
    out.histogram({}, loop_lag_);
    out.family(
        "grantex_commit_batch_writes", MetricType::histogram, "Writes that shared one commit"
    );
    out.histogram({}, commit_writes_);
}

} // namespace server
