// The text format of the metrics, to the letter.
#include "server/metrics.hpp"
#include "server/metrics_text.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <limits>

using namespace server;

namespace {

constexpr MetricLabel service{"service", "s"};

bool has_line(std::string const& text, std::string const& line)
{
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(metrics_text)

BOOST_AUTO_TEST_CASE(a_metric_is_its_help_its_type_and_its_samples)
{
    MetricsText out{service};
    out.family("jobs_total", MetricType::counter, "Jobs done");
    out.sample({{"status", "ok"}}, std::uint64_t{3});
    out.sample({{"status", "bad"}, {"kind", "x"}}, std::uint64_t{18'446'744'073'709'551'615U});
    out.family("heat", MetricType::gauge, "Now");
    out.sample({}, std::int64_t{-4});
    BOOST_TEST(
        out.text() == "# HELP jobs_total Jobs done\n"
                      "# TYPE jobs_total counter\n"
                      "jobs_total{status=\"ok\",service=\"s\"} 3\n"
                      "jobs_total{status=\"bad\",kind=\"x\",service=\"s\"} 18446744073709551615\n"
                      "# HELP heat Now\n"
                      "# TYPE heat gauge\n"
                      "heat{service=\"s\"} -4\n"
    );
}

BOOST_AUTO_TEST_CASE(backslash_quote_and_line_feed_are_escaped_where_they_must_be)
{
    MetricsText out{service};
    out.family("a", MetricType::gauge, "one \\ two \" three \n four");
    out.sample({{"path", "C:\\dir\n\"x\"} 1\nb{"}}, 1);
    BOOST_TEST(
        out.text() == "# HELP a one \\\\ two \" three \\n four\n"
                      "# TYPE a gauge\n"
                      "a{path=\"C:\\\\dir\\n\\\"x\\\"} 1\\nb{\",service=\"s\"} 1\n"
    );
}

BOOST_AUTO_TEST_CASE(an_empty_label_is_left_out)
{
    MetricsText out{{"service", ""}};
    out.family("a", MetricType::gauge, "a");
    out.sample({{"agent_id", ""}}, 1);
    out.sample({{"agent_id", ""}, {"b", "c"}}, 2);
    BOOST_TEST(has_line(out.text(), "a 1"));
    BOOST_TEST(has_line(out.text(), "a{b=\"c\"} 2"));
}

BOOST_AUTO_TEST_CASE(numbers_are_as_short_as_they_can_be_read_back)
{
    using limits = std::numeric_limits<double>;
    for (auto const& [value, text] :
         {std::pair{0.0, "0"},
          {0.1, "0.1"},
          {2.5, "2.5"},
          {1e-7, "1e-07"},
          {1e22, "1e+22"},
          {0.1 + 0.2, "0.30000000000000004"},
          {limits::infinity(), "+Inf"},
          {-limits::infinity(), "-Inf"},
          {limits::quiet_NaN(), "NaN"}})
    {
        MetricsText out{service};
        out.family("a", MetricType::gauge, "a");
        out.sample({}, value);
        BOOST_TEST(has_line(out.text(), std::string{"a{service=\"s\"} "} + text), text);
    }
}

BOOST_AUTO_TEST_CASE(a_histogram_is_cumulative_and_ends_in_infinity)
{
    static constexpr double bounds[] = {0.5, 1, 2.5};
    Histogram values{bounds};
    for (auto const value : {0.25, 0.5, 0.75, 2.5, 2.75, 100.0})
        values.observe(value); // a bound belongs to its range
    MetricsText out{service};
    out.family("h", MetricType::histogram, "h");
    out.histogram({{"route", "/"}}, values);
    BOOST_TEST(
        out.text() == "# HELP h h\n"
                      "# TYPE h histogram\n"
                      "h_bucket{route=\"/\",service=\"s\",le=\"0.5\"} 2\n"
                      "h_bucket{route=\"/\",service=\"s\",le=\"1\"} 3\n"
                      "h_bucket{route=\"/\",service=\"s\",le=\"2.5\"} 4\n"
                      "h_bucket{route=\"/\",service=\"s\",le=\"+Inf\"} 6\n"
                      "h_sum{route=\"/\",service=\"s\"} 106.75\n"
                      "h_count{route=\"/\",service=\"s\"} 6\n"
    );
}

// What the parts of the server tell, in the names of the contract.
BOOST_AUTO_TEST_CASE(every_method_moves_its_metric)
{
    Metrics metrics{false};
    metrics.count_webhook_delivery(DeliveryEnd::delivered, "ag_1");
    metrics.count_webhook_attempt(AttemptOutcome::tls_error);
    metrics.set_webhook_pending(7);
    metrics.set_outbox_oldest(1.5);
    metrics.set_event_streams(StreamTransport::ws, 2);
    metrics.count_anomaly("rate_spike", "high", "ag_1");
    metrics.count_anomaly("rate_spike", "high", "ag_2");
    metrics.set_anomalies_unacknowledged(3);
    metrics.set_alerts(4, 5, 6);
    metrics.count_notification("slack", DeliveryEnd::failed);
    metrics.count_budget_debit(DebitOutcome::replayed);
    metrics.set_active_grants(9);
    metrics.count_revoked_grants(2);
    metrics.observe_loop_lag(0.002);
    metrics.observe_commit(3);
    auto const text = metrics.text({});
    auto const service_label = std::string{"service=\"grantex-auth-service\"} "};
    for (auto const* const line :
         {R"(grantex_webhook_deliveries_total{status="delivered",* 1)",
          R"(grantex_webhook_deliveries_total{status="failed",* 0)",
          R"(grantex_webhook_delivery_attempts_total{outcome="tls_error",* 1)",
          R"(grantex_webhook_delivery_attempts_total{outcome="other",* 0)",
          R"(grantex_webhook_pending{* 7)",
          R"(grantex_outbox_oldest_seconds{* 1.5)",
          R"(grantex_event_stream_connections{transport="sse",* 0)",
          R"(grantex_event_stream_connections{transport="ws",* 2)",
          R"(grantex_anomalies_detected_total{type="rate_spike",severity="high",* 2)",
          R"(grantex_anomalies_unacknowledged{* 3)",
          R"(grantex_alerts_open{* 4)",
          R"(grantex_alerts_acknowledged{* 5)",
          R"(grantex_alerts_resolved{* 6)",
          R"(grantex_notification_deliveries_total{channel="slack",status="failed",* 1)",
          R"(grantex_budget_debits_total{outcome="replayed",* 1)",
          R"(grantex_budget_debits_total{outcome="applied",* 0)",
          R"(grantex_active_grants{* 9)",
          R"(grantex_grants_revoked_total{* 2)",
          R"(grantex_loop_lag_seconds_count{* 1)",
          R"(grantex_commit_batch_writes_sum{* 3)"})
    {
        std::string expected{line};
        expected.replace(expected.find("* "), 2, service_label);
        BOOST_TEST(has_line(text, expected), expected);
    }
    BOOST_TEST(text.find("agent_id") == std::string::npos);
    BOOST_TEST(text.find("process_") == std::string::npos); // nothing was told of it
}

BOOST_AUTO_TEST_CASE(agents_are_labels_only_on_demand_and_never_without_end)
{
    Metrics metrics{true};
    metrics.observe_authorize(false, 0.02, "");
    for (std::size_t i = 0; i < Metrics::agents_max + 50; ++i) {
        auto const agent = "ag_" + std::to_string(i);
        metrics.observe_authorize(true, 0.02, agent);
        metrics.observe_token_exchange(true, 0.02, agent);
        metrics.count_webhook_delivery(DeliveryEnd::failed, agent);
        metrics.count_anomaly("off_hours_activity", "low", agent);
    }
    auto const text = metrics.text({});
    auto const has = [&](std::string const& name, std::string const& labels, int value) {
        BOOST_TEST(
            has_line(
                text, "grantex_" + name + "{" + labels + R"(service="grantex-auth-service"} )" +
                          std::to_string(value)
            ),
            name << " " << labels
        );
    };
    has("authorize_duration_seconds_count", "", 1);
    has("authorize_duration_seconds_count", R"(agent_id="ag_7",)", 1);
    has("authorize_duration_seconds_count", R"(agent_id="other",)", 50);
    has("token_exchange_total", R"(status="success",agent_id="ag_7",)", 1);
    has("token_exchange_total", R"(status="success",agent_id="other",)", 50);
    has("webhook_deliveries_total", R"(status="failed",agent_id="other",)", 50);
    has("anomalies_detected_total", R"(type="off_hours_activity",severity="low",agent_id="other",)",
        50);
    has("authorize_total", R"(status="success",)", 1050);
    BOOST_TEST(text.find("ag_1000") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_kernel_tells_about_this_process)
{
    auto const stats = read_process_stats();
    BOOST_TEST(stats.cpu_seconds.value() >= 0);
    BOOST_TEST(stats.resident_bytes.value() > 1024U * 1024U);
    BOOST_TEST(stats.virtual_bytes.value() > stats.resident_bytes.value());
    BOOST_TEST(stats.open_fds.value() >= 3U);
    BOOST_TEST(stats.max_fds.value() >= stats.open_fds.value());
    using namespace std::chrono;
    auto const now = duration<double>(system_clock::now().time_since_epoch()).count();
    BOOST_TEST(stats.start_seconds.value() <= now + 1);
    BOOST_TEST(stats.start_seconds.value() > now - 3600);
    auto const text = Metrics{false}.text(stats);
    for (auto const* const name :
         {"process_cpu_seconds_total", "process_start_time_seconds",
          "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_open_fds",
          "process_max_fds"})
        BOOST_TEST(text.find(std::string{"\n"} + name + "{") != std::string::npos, name);
}

BOOST_AUTO_TEST_SUITE_END()
