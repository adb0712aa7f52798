#include "server/jobs/deliver_webhooks.hpp"

#include "crypto/random.hpp"
#include "server/rules/webhook_delivery.hpp"
#include "server/webhook_secret.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace jobs {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr unsigned gone = 410;

std::uint32_t random_number()
{
    std::array<unsigned char, 4> bytes{};
    crypto::fill_random(bytes);
    return static_cast<std::uint32_t>(bytes[0] | bytes[1] << 8 | bytes[2] << 16);
}

} // namespace

DeliverWebhooks::DeliverWebhooks(Host host, Outbound const& outbound)
    : host_(std::move(host)), outbound_(outbound), sweep_timer_(host_.loop)
{}

void DeliverWebhooks::start()
{
    spawn(sweep());
}

void DeliverWebhooks::stop()
{
    stopping_ = true;
    sweep_timer_.cancel();
    for (auto const& [id, queue] : queues_)
        queue->changed.cancel();
    for (auto const& connection : connections_)
        connection->abort();
}

void DeliverWebhooks::spawn(asio::awaitable<void> work)
{
    asio::co_spawn(host_.loop, std::move(work), [](std::exception_ptr const& failure) {
        if (failure)
            std::rethrow_exception(failure); // a programming error ends the process
    });
}

void DeliverWebhooks::wake(std::set<std::string> const& webhook_ids)
{
    for (auto const& id : webhook_ids)
        open_queue(id);
}

void DeliverWebhooks::open_queue(std::string const& webhook_id)
{
    if (stopping_)
        return;
    auto& queue = queues_[webhook_id];
    if (queue) {
        queue->woken = true;
        queue->changed.cancel();
        return;
    }
    queue = std::make_shared<Queue>(host_.loop);
    queue->webhook_id = webhook_id;
    spawn(serve(queue));
}

// What the last run left, and whatever a wake-up should have missed.
asio::awaitable<void> DeliverWebhooks::sweep()
{
    while (!stopping_) {
        try {
            for (auto const& id : storage::list_webhooks_with_work(host_.app.reader))
                open_queue(id);
        } catch (SQLite::Exception const& failure) { // the next look may go better
            host_.log.event("error", {{"code", "JOB"}, {"cause", failure.what()}});
        }
        error_code cancelled;
        sweep_timer_.expires_after(sweep_interval);
        co_await sweep_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

asio::awaitable<void> DeliverWebhooks::serve(Shared queue)
{
    auto last_work = std::chrono::steady_clock::now();
    while (!stopping_) {
        queue->woken = false;
        for (auto const& id : due(*queue)) {
            co_await wait_for_room(queue);
            if (stopping_)
                co_return;
            queue->taken.insert(id);
            ++queue->attempts;
            ++attempts_;
            spawn(attempt(queue, id));
            last_work = std::chrono::steady_clock::now();
        }
        auto const idle = std::chrono::steady_clock::now() - last_work;
        if (idle >= idle_max) {
            for (auto const& connection : queue->kept)
                connection->abort();
            queue->kept.clear();
            if (queue->attempts == 0 && !next_due(*queue))
                break;
        }
        co_await pause(queue);
    }
    queues_.erase(queue->webhook_id);
}

// Until this queue may make another attempt.
asio::awaitable<void> DeliverWebhooks::wait_for_room(Shared queue)
{
    error_code cancelled;
    while (!stopping_ &&
           (queue->attempts >= (queue->healthy ? 1 : lanes_max) || attempts_ >= attempts_at_once))
    {
        // Room that another queue's attempt leaves is seen at the next look.
        queue->changed.expires_after(std::chrono::milliseconds{100});
        co_await queue->changed.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

// Until there may be something to do.
asio::awaitable<void> DeliverWebhooks::pause(Shared queue)
{
    if (queue->woken || stopping_)
        co_return;
    std::chrono::milliseconds wait = idle_max;
    if (auto const next = next_due(*queue))
        wait = std::clamp<std::chrono::milliseconds>(
            *next - host_.app.clock.now(), std::chrono::milliseconds{1}, idle_max
        );
    // Those due now are under way or being noted: the end of an attempt wakes this up.
    if (!queue->taken.empty())
        wait = std::max(wait, std::chrono::milliseconds{100});
    error_code cancelled;
    queue->changed.expires_after(wait);
    co_await queue->changed.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

std::vector<std::string> DeliverWebhooks::due(Queue const& queue)
{
    try {
        auto const limit = deliveries_per_look + static_cast<std::int64_t>(queue.taken.size());
        auto ids = storage::list_due_deliveries(
            host_.app.reader, queue.webhook_id, host_.app.clock.now(), limit
        );
        std::erase_if(ids, [&](std::string const& id) { return queue.taken.contains(id); });
        return ids;
    } catch (SQLite::Exception const& failure) {
        host_.log.event("error", {{"code", "JOB"}, {"cause", failure.what()}});
        return {};
    }
}

std::optional<storage::Timestamp> DeliverWebhooks::next_due(Queue const& queue)
{
    try {
        return storage::find_next_due(host_.app.reader, queue.webhook_id);
    } catch (SQLite::Exception const& failure) {
        host_.log.event("error", {{"code", "JOB"}, {"cause", failure.what()}});
        return host_.app.clock.now() + sweep_interval;
    }
}

std::optional<storage::Outgoing> DeliverWebhooks::read_outgoing(std::string const& delivery_id)
{
    try {
        return storage::find_outgoing(host_.app.reader, delivery_id);
    } catch (SQLite::Exception const& failure) {
        host_.log.event("error", {{"code", "JOB"}, {"cause", failure.what()}});
        return {};
    }
}

asio::awaitable<void> DeliverWebhooks::attempt(Shared queue, std::string delivery_id)
{
    auto const outgoing = read_outgoing(delivery_id);
    Outcome outcome{.status = 0, .error = "the URL is not valid any more", .is_final = false};
    if (outgoing) {
        if (auto const url = rules::parse_http_url(outgoing->url))
            outcome = co_await send(queue, *outgoing, *url);
    }
    queue->healthy = !outgoing || outcome.error.empty();
    --queue->attempts;
    --attempts_;
    queue->changed.cancel();
    // The next attempt is made while this outcome goes to disk.
    if (outgoing && !stopping_) // what stop() cut off is no failure
        co_await note(*outgoing, outcome);
    queue->taken.erase(delivery_id);
    queue->changed.cancel();
}

asio::awaitable<DeliverWebhooks::Outcome>
DeliverWebhooks::send(Shared queue, storage::Outgoing const& outgoing, rules::HttpUrl const& url)
{
    auto const secret = server::open_webhook_secret(host_.app, outgoing, host_.app.clock.now());
    if (!secret)
        co_return Outcome{.status = 0, .error = "the secret does not open", .is_final = false};
    auto const request = request_of(outgoing, url, secret->view());
    Outcome outcome;
    try {
        outcome.status = co_await post(queue, request);
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

OutboundRequest DeliverWebhooks::request_of(
    storage::Outgoing const& outgoing, rules::HttpUrl url, std::string_view secret
)
{
    OutboundRequest request{.url = std::move(url), .headers = {}, .body = {}};
    request.body = rules::event_envelope(
        {.id = outgoing.event_id,
         .type = outgoing.event_type,
         .created_at = outgoing.event_created_at,
         .data = outgoing.event_data}
    );
    auto const signatures = rules::sign_webhook(secret, host_.app.clock.now(), request.body);
    request.headers = {
        {"X-Grantex-Timestamp", signatures.timestamp},
        {"X-Grantex-Signature-V2", signatures.v2},
        {"X-Grantex-Event", outgoing.event_type},
        {"X-Grantex-Event-Id", outgoing.event_id},
        {"X-Grantex-Delivery", outgoing.id},
        {"X-Grantex-Attempt", std::to_string(outgoing.attempts + 1)}};
    if (outgoing.legacy_signature && host_.app.config.webhook_legacy_signature)
        request.headers.emplace_back("X-Grantex-Signature", signatures.legacy);
    return request;
}

std::shared_ptr<OutboundConnection> DeliverWebhooks::take_connection(Queue& queue)
{
    if (queue.kept.empty())
        return std::make_shared<OutboundConnection>(outbound_);
    auto connection = std::move(queue.kept.back());
    queue.kept.pop_back();
    return connection;
}

asio::awaitable<unsigned> DeliverWebhooks::post(Shared queue, OutboundRequest const& request)
{
    std::optional<OutboundFailure> failure;
    for (;;) {
        auto const connection = take_connection(*queue);
        auto const reused = connection->is_open();
        if (reused && !connection->serves(request.url)) {
            connection->abort();
            continue;
        }
        connections_.insert(connection);
        unsigned status = 0;
        failure.reset();
        try {
            status = co_await connection->post(request);
        } catch (OutboundFailure const& lost) {
            failure.emplace(lost);
        }
        connections_.erase(connection);
        if (!failure) {
            if (connection->is_open() && !stopping_)
                queue->kept.push_back(connection);
            co_return status;
        }
        // A kept connection may have been closed by the receiver meanwhile: that is no failure.
        if (!reused || failure->outcome() != server::AttemptOutcome::other || stopping_)
            throw *failure;
    }
}

asio::awaitable<void>
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
        noted.due_at = now + rules::jittered_retry_wait(attempts, random_number());
    Work const update = [&noted](storage::Database& db) {
        storage::update_delivery_attempt(db, noted);
    };
    auto const stored = co_await write(host_, update);
    if (!stored || noted.status == "pending")
        co_return; // not stored: it stays due and is sent again, under the same id
    host_.app.metrics.count_webhook_delivery(
        delivered ? server::DeliveryEnd::delivered : server::DeliveryEnd::failed
    );
    if (!delivered)
        host_.log.event(
            "webhook.given_up",
            {{"webhook", outgoing.webhook_id}, {"delivery", outgoing.id}, {"reason", outcome.error}}
        );
}

} // namespace jobs
