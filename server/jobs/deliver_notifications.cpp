#include "server/jobs/deliver_notifications.hpp"

#include "server/jobs/event_request.hpp"
#include "server/jobs/retry.hpp"
#include "server/jobs/smtp_delivery.hpp"
#include "server/rules/mail_message.hpp"
#include "server/rules/stored_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace jobs {

namespace {

namespace asio = boost::asio;

rules::AlertText alert_of(storage::OutgoingNotification const& outgoing)
{
    return {
        .id = outgoing.anomaly_id,
        .rule_id = outgoing.rule_id,
        .rule_name = outgoing.rule_name,
        .severity = outgoing.severity,
        .description = outgoing.description,
        .context = outgoing.metadata,
        .agent_id = outgoing.agent_id,
        .detected_at = outgoing.detected_at};
}

std::string text_of(boost::json::object const& config, char const* name)
{
    return std::string{config.at(name).as_string()};
}

std::vector<std::string> recipients(boost::json::object const& config)
{
    auto const& to = config.at("to");
    if (to.is_string())
        return {std::string{to.as_string()}};
    std::vector<std::string> all;
    for (auto const& each : to.as_array())
        all.emplace_back(each.as_string());
    return all;
}

} // namespace

std::vector<std::string> DeliverNotifications::targets_with_work()
{
    return storage::list_channels_with_work(host_.app.reader);
}

std::vector<std::string>
DeliverNotifications::due(std::string const& channel_id, storage::Timestamp now, std::int64_t limit)
{
    auto ids = storage::list_due_notifications(host_.app.reader, channel_id, now, limit);
    if (ids.empty())
        ids = misdated(
            storage::list_latest_due_notifications(host_.app.reader, channel_id, now, limit), now
        );
    return ids;
}

std::optional<storage::Timestamp> DeliverNotifications::next_due(std::string const& channel_id)
{
    return storage::find_next_due_notification(host_.app.reader, channel_id);
}

std::optional<DeliverNotifications::Outgoing>
DeliverNotifications::read_outgoing(std::string const& id)
{
    return read(host_, [&] { return storage::find_outgoing_notification(host_.app.reader, id); });
}

std::optional<boost::json::object> DeliverNotifications::open_config(Outgoing const& outgoing)
{
    auto const config = host_.app.keys.open_sealed(
        host_.app.reader, "channel", outgoing.developer_id, outgoing.channel_id, "config",
        outgoing.sealed_config
    );
    if (!config)
        return {};
    return boost::json::parse(config->view()).as_object();
}

asio::awaitable<Attempt> DeliverNotifications::attempt(std::string const& id, ConnectionPool& pool)
{
    auto const outgoing = read_outgoing(id);
    if (!outgoing)
        co_return Attempt{}; // its channel is gone
    auto const error = co_await send(*outgoing, pool);
    co_return Attempt{.succeeded = error.empty(), .note = [this, outgoing = *outgoing, error] {
                          return note(outgoing, error);
                      }};
}

asio::awaitable<std::string>
DeliverNotifications::send(Outgoing const& outgoing, ConnectionPool& pool)
{
    std::string error;
    try {
        error = co_await hand_over(outgoing, pool);
    } catch (std::exception const& damage) { // a row that is not what was written to it
        error = std::string{"the alert or its channel is damaged: "} + damage.what();
    }
    co_return error;
}

asio::awaitable<std::string>
DeliverNotifications::hand_over(Outgoing const& outgoing, ConnectionPool& pool)
{
    auto const config = open_config(outgoing);
    if (!config)
        co_return "the channel's configuration does not open";
    if (outgoing.channel_type == "email")
        co_return co_await mail(outgoing, *config);
    auto const request = request_of(outgoing, *config);
    if (!request)
        co_return "the channel's URL is not valid any more";
    co_return co_await post(*request, pool);
}

std::optional<OutboundRequest>
DeliverNotifications::request_of(Outgoing const& outgoing, boost::json::object const& config)
{
    auto const alert = alert_of(outgoing);
    OutboundRequest request;
    std::string url;
    if (outgoing.channel_type == "slack") {
        url = text_of(config, "webhookUrl");
        request.body = rules::slack_message(alert);
    } else if (outgoing.channel_type == "pagerduty") {
        url = "https://events.pagerduty.com/v2/enqueue";
        request.body =
            rules::pagerduty_event(alert, text_of(config, "routingKey"), outgoing.action);
    } else if (outgoing.channel_type == "datadog") {
        url = "https://api." + text_of(config, "site") + "/api/v1/events";
        request.body = rules::datadog_event(alert);
        request.headers = {{"DD-API-KEY", text_of(config, "apiKey")}};
    } else {
        url = text_of(config, "url");
        auto const event_id = outgoing.event_id.value_or("");
        auto const event_data = outgoing.event_data.value_or("{}");
        auto const secret = text_of(config, "secret");
        request = event_request(
            {.event =
                 {.id = event_id,
                  .type = "anomaly.detected",
                  .created_at = outgoing.event_created_at.value_or(outgoing.detected_at),
                  .data = rules::checked_json(event_data)},
             .id = outgoing.id,
             .attempt = outgoing.attempts + 1,
             .secret = secret},
            host_.app.clock.now()
        );
    }
    auto parsed = rules::parse_http_url(url);
    if (!parsed)
        return {};
    request.url = std::move(*parsed);
    return request;
}

asio::awaitable<std::string>
DeliverNotifications::post(OutboundRequest const& request, ConnectionPool& pool)
{
    unsigned status = 0;
    std::string error;
    try {
        status = co_await pool.post(request);
    } catch (OutboundFailure const& failure) {
        error = failure.what();
    }
    if (error.empty() && (status < 200 || status > 299))
        error = "HTTP " + std::to_string(status);
    co_return error;
}

// One mail an address, so that no recipient learns of the others.
asio::awaitable<std::string>
DeliverNotifications::mail(Outgoing const& outgoing, boost::json::object const& config)
{
    auto const& settings = host_.app.config;
    if (!settings.smtp_server)
        co_return "no mail server is set; see GRANTEXD_SMTP_URL";
    auto const alert = alert_of(outgoing);
    std::string error;
    for (auto const& recipient : recipients(config)) {
        rules::MailMessage const message{
            .from = settings.mail_from,
            .to = recipient,
            .subject = rules::alert_mail_subject(alert),
            .id = outgoing.id,
            .date = host_.app.clock.now(),
            .text = rules::alert_mail_text(alert)};
        SmtpMail const handed{message.from, message.to, rules::mail_text(message)};
        auto const connection = std::make_shared<SmtpConnection>(host_.loop, tls_.context());
        try {
            co_await deliver(*connection, settings, handed);
        } catch (SmtpFailure const& refusal) {
            error = refusal.what();
        }
        connection->abort();
    }
    co_return error;
}

asio::awaitable<bool> DeliverNotifications::note(Outgoing const& outgoing, std::string const& error)
{
    auto const attempts = outgoing.attempts + 1;
    auto const delivered = error.empty();
    auto const last = attempts >= host_.app.config.webhook_max_attempts;
    std::string const status = delivered ? "delivered" : last ? "failed" : "pending";
    auto const due_at = status == "pending"
                            ? std::optional{next_attempt(host_.app.clock.now(), attempts)}
                            : std::nullopt;
    auto const reason = delivered ? std::nullopt : std::optional{error};
    Work const update = [&](storage::Database& db) {
        storage::update_notification_attempt(db, outgoing.id, status, reason, due_at);
    };
    auto const stored = co_await write(host_, update);
    if (!stored || status == "pending")
        co_return stored;
    host_.app.metrics.count_notification(
        outgoing.channel_type,
        delivered ? server::DeliveryEnd::delivered : server::DeliveryEnd::failed
    );
    if (!delivered)
        host_.log.event(
            "notification.given_up",
            {{"channel", outgoing.channel_id}, {"alert", outgoing.anomaly_id}, {"reason", error}}
        );
    co_return true;
}

} // namespace jobs
