#include "server/jobs/delivery_queues.hpp"

#include "server/spawn.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace jobs {

namespace asio = boost::asio;
using boost::system::error_code;

DeliveryQueues::DeliveryQueues(Host& host, Outbound const& outbound, Deliverer& deliverer)
    : host_(host), outbound_(outbound), deliverer_(deliverer), sweep_timer_(host.loop)
{}

void DeliveryQueues::start()
{
    server::spawn(host_.loop.get_executor(), sweep());
}

void DeliveryQueues::stop()
{
    stopping_ = true;
    sweep_timer_.cancel();
    for (auto const& [target, queue] : queues_) {
        queue->changed.cancel();
        queue->pool.abort();
    }
}

void DeliveryQueues::wake(std::set<std::string> const& targets)
{
    for (auto const& target : targets)
        open_queue(target);
}

void DeliveryQueues::open_queue(std::string const& target)
{
    if (stopping_)
        return;
    auto& queue = queues_[target];
    if (queue) {
        queue->woken = true;
        queue->changed.cancel();
        return;
    }
    queue = std::make_shared<Queue>(host_.loop, outbound_);
    queue->target = target;
    server::spawn(host_.loop.get_executor(), serve(queue));
}

// What the last run left, and whatever a wake-up should have missed.
asio::awaitable<void> DeliveryQueues::sweep()
{
    while (!stopping_) {
        for (auto const& target : read(host_, [&] { return deliverer_.targets_with_work(); }))
            open_queue(target);
        error_code cancelled;
        sweep_timer_.expires_after(sweep_interval);
        co_await sweep_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

asio::awaitable<void> DeliveryQueues::serve(Shared queue)
{
    auto last_work = std::chrono::steady_clock::now();
    while (!stopping_) {
        queue->woken = false;
        for (auto const& id : due(*queue)) {
            co_await wait_for_room(queue);
            if (stopping_)
                co_return;
            start_attempt(queue, id);
            last_work = std::chrono::steady_clock::now();
        }
        auto const idle = std::chrono::steady_clock::now() - last_work;
        if (idle >= idle_max) {
            queue->pool.close_kept();
            if (queue->attempts == 0 && !next_due(*queue))
                break;
        }
        co_await pause(queue);
    }
    queues_.erase(queue->target);
}

void DeliveryQueues::start_attempt(Shared const& queue, std::string const& id)
{
    queue->taken.insert(id);
    ++queue->attempts;
    ++attempts_;
    server::spawn(host_.loop.get_executor(), attempt(queue, id));
}

// Until this queue may make another attempt.
asio::awaitable<void> DeliveryQueues::wait_for_room(Shared queue)
{
    error_code cancelled;
    while (!stopping_ && (queue->attempts >= (queue->healthy ? 1 : lanes_max) ||
                          attempts_ >= attempts_at_once || queue->taken.size() >= taken_max))
    {
        // Room that another queue's attempt leaves is seen at the next look.
        queue->changed.expires_after(std::chrono::milliseconds{100});
        co_await queue->changed.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

// Until there may be something to do.
asio::awaitable<void> DeliveryQueues::pause(Shared queue)
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

std::vector<std::string> DeliveryQueues::due(Queue const& queue)
{
    auto const limit = deliveries_per_look + static_cast<std::int64_t>(queue.taken.size());
    auto ids =
        read(host_, [&] { return deliverer_.due(queue.target, host_.app.clock.now(), limit); });
    std::erase_if(ids, [&](std::string const& id) { return queue.taken.contains(id); });
    return ids;
}

std::optional<storage::Timestamp> DeliveryQueues::next_due(Queue const& queue)
{
    try {
        return deliverer_.next_due(queue.target);
    } catch (SQLite::Exception const& failure) {
        log_failure(host_, failure);
        return host_.app.clock.now() + sweep_interval;
    }
}

asio::awaitable<void> DeliveryQueues::attempt(Shared queue, std::string id)
{
    auto const made = co_await make_attempt(queue, id);
    queue->healthy = made.succeeded;
    --queue->attempts;
    --attempts_;
    queue->changed.cancel();
    // The next attempt is made while this outcome goes to disk. Until it is there the row stays
    // taken: one whose outcome cannot be stored (a full disk, a damaged row) is not sent again and
    // again.
    std::chrono::seconds wait{1};
    while (!stopping_) { // what stop() cut off is no failure
        auto const settled = co_await settle(queue, id, made);
        if (settled || stopping_)
            break;
        asio::steady_timer pause{host_.loop, wait};
        co_await pause.async_wait(asio::use_awaitable);
        wait = std::min(2 * wait, sweep_interval);
    }
    queue->taken.erase(id);
    queue->changed.cancel();
}

asio::awaitable<Attempt> DeliveryQueues::make_attempt(Shared queue, std::string id)
{
    Attempt made;
    try {
        made = co_await deliverer_.attempt(id, queue->pool);
    } catch (std::exception const& failure) {
        host_.log.event("error", {{"code", "JOB"}, {"delivery", id}, {"cause", failure.what()}});
        made = Attempt{.succeeded = false};
    }
    co_return made;
}

// False: again after a pause.
asio::awaitable<bool> DeliveryQueues::settle(Shared queue, std::string id, Attempt const& made)
{
    auto settled = false;
    if (made.note)
        settled = co_await made.note();
    else
        settled = !is_due(*queue, id); // it went with its target meanwhile
    if (!settled)
        host_.log.event(
            "error",
            {{"code", "JOB"},
             {"delivery", id},
             {"cause", made.note ? "its outcome could not be stored" : "it cannot be read"}}
        );
    co_return settled;
}

bool DeliveryQueues::is_due(Queue const& queue, std::string const& id)
{
    auto const limit = deliveries_per_look + static_cast<std::int64_t>(queue.taken.size());
    auto const ids =
        read(host_, [&] { return deliverer_.due(queue.target, host_.app.clock.now(), limit); });
    return std::ranges::find(ids, id) != ids.end();
}

} // namespace jobs
