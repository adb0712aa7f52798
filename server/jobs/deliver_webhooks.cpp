#include "server/jobs/deliver_webhooks.hpp"

#include "server/jobs/event_request.hpp"
#include "server/jobs/retry.hpp"
#include "server/rules/stored_json.hpp"
#include "server/webhook_secret.hpp"
#include "storage/webhooks.hpp"

namespace jobs {

namespace {

namespace asio = boost::asio;

constexpr unsigned gone = 410;

} // namespace

std::vector<std::string> DeliverWebhooks::targets_with_work()
{
    return storage::list_webhooks_with_work(host_.app.reader);
}

std::vector<std::string>
DeliverWebhooks::due(std::string const& webhook_id, storage::Timestamp now, std::int64_t limit)
{
    auto ids = storage::list_due_deliveries(host_.app.reader, webhook_id, now, limit);
    if (ids.empty())
        ids = misdated(storage::list_latest_due(host_.app.reader, webhook_id, now, limit), now);
    return ids;
}

std::optional<storage::Timestamp> DeliverWebhooks::next_due(std::string const& webhook_id)
{
    return storage::find_next_due(host_.app.reader, webhook_id);
}

std::optional<storage::Outgoing> DeliverWebhooks::read_outgoing(std::string const& delivery_id)
{
    return read(host_, [&] { return storage::find_outgoing(host_.app.reader, delivery_id); });
}

asio::awaitable<Attempt> DeliverWebhooks::attempt(std::string const& id, ConnectionPool& pool)
{
    auto const outgoing = read_outgoing(id);
    if (!outgoing)
        co_return Attempt{}; // its endpoint is gone
    auto const outcome = co_await send(*outgoing, pool);
    co_return Attempt{
        .succeeded = outcome.error.empty(),
        .note = [this, outgoing = *outgoing, outcome] { return note(outgoing, outcome); }};
}

asio::awaitable<DeliverWebhooks::Outcome>
DeliverWebhooks::send(storage::Outgoing const& outgoing, ConnectionPool& pool)
{
    auto url = rules::parse_http_url(outgoing.url);
    if (!url)
        co_return Outcome{.error = "the URL is not valid any more"};
    if (!rules::is_json(outgoing.event_data))
        co_return Outcome{.error = "the event is damaged"};
    auto const secret = server::open_webhook_secret(host_.app, outgoing, host_.app.clock.now());
    if (!secret)
        co_return Outcome{.error = "the secret does not open"};
    auto request = request_of(outgoing, secret->view());
    request.url = std::move(*url);
    Outcome outcome;
    try {
        outcome.status = co_await pool.post(request);
    } catch (OutboundFailure const& failure) {
        outcome.error = failure.what();
        host_.app.metrics.count_webhook_attempt(failure.outcome());
        co_return outcome;
    }
    auto const taken = outcome.status >= 200 && outcome.status <= 299;
    if (!taken)
        outcome.error = "HTTP " + std::to_string(outcome.status);
    host_.app.metrics.count_webhook_attempt(
        taken ? server::AttemptOutcome::success : server::AttemptOutcome::http_error
    );
    outcome.is_final = outcome.status == gone;
    co_return outcome;
}

OutboundRequest
DeliverWebhooks::request_of(storage::Outgoing const& outgoing, std::string_view secret)
{
    rules::EventText const event{
        .id = outgoing.event_id,
        .type = outgoing.event_type,
        .created_at = outgoing.event_created_at,
        .data = outgoing.event_data};
    auto const legacy = outgoing.legacy_signature && host_.app.config.webhook_legacy_signature;
    return event_request(
        {.event = event,
         .id = outgoing.id,
         .attempt = outgoing.attempts + 1,
         .secret = secret,
         .legacy_signature = legacy},
        host_.app.clock.now()
    );
}

asio::awaitable<bool>
DeliverWebhooks::note(storage::Outgoing const& outgoing, Outcome const& outcome)
{
    auto const now = host_.app.clock.now();
    auto const attempts = outgoing.attempts + 1;
    auto const delivered = outcome.error.empty();
    auto const last = outcome.is_final || attempts >= host_.app.config.webhook_max_attempts;
    storage::AttemptOutcome noted{
        .id = outgoing.id,
        .webhook_id = outgoing.webhook_id,
        .url = outgoing.url,
        .status = delivered ? "delivered"
                  : last    ? "failed"
                            : "pending",
        .error = delivered ? std::nullopt : std::optional{outcome.error},
        .due_at = {},
        .at = now};
    if (noted.status == "pending")
        noted.due_at = next_attempt(now, attempts);
    Work const update = [&noted](storage::Database& db) {
        storage::update_delivery_attempt(db, noted);
    };
    auto const stored = co_await write(host_, update);
    if (!stored || noted.status == "pending")
        co_return stored;
    host_.app.metrics.count_webhook_delivery(
        delivered ? server::DeliveryEnd::delivered : server::DeliveryEnd::failed
    );
    if (!delivered)
        host_.log.event(
            "webhook.given_up",
            {{"webhook", outgoing.webhook_id}, {"delivery", outgoing.id}, {"reason", outcome.error}}
        );
    co_return true;
}

} // namespace jobs
