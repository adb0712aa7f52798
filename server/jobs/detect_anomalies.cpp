#include "server/jobs/detect_anomalies.hpp"

#include "server/spawn.hpp"
#include "storage/anomaly_sources.hpp"
#include "storage/developers.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace jobs {

namespace {

namespace asio = boost::asio;

constexpr std::int64_t developers_at_once = 100;
constexpr std::int64_t purged_at_once = 200;

} // namespace

DetectAnomalies::DetectAnomalies(Host host) : host_(std::move(host)), pause_(host_.loop) {}

void DetectAnomalies::start()
{
    server::spawn(host_.loop.get_executor(), run());
}

void DetectAnomalies::stop()
{
    stopping_ = true;
    pause_.cancel();
}

asio::awaitable<void> DetectAnomalies::run()
{
    while (!stopping_) {
        auto const now = host_.app.clock.now();
        // Also when the clock was set back: a pass too many does no harm.
        auto const due = !last_pass_ || now < *last_pass_ ||
                         now >= *last_pass_ + host_.app.config.anomaly_interval;
        if (due) {
            last_pass_ = now;
            co_await pass();
        } else {
            co_await look();
        }
        if (stopping_)
            co_return;
        boost::system::error_code cancelled;
        pause_.expires_after(interval);
        co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

asio::awaitable<void> DetectAnomalies::look()
{
    for (auto const& developer_id : host_.app.signals.take_active()) {
        if (stopping_)
            co_return;
        co_await detect(developer_id, false);
    }
    if (auto const forgotten = host_.app.signals.take_forgotten(); forgotten > 0)
        host_.log.event("signals.forgotten", {{"count", std::to_string(forgotten)}});
}

asio::awaitable<void> DetectAnomalies::pass()
{
    std::string after_id;
    for (;;) {
        auto const developers = next_developers(after_id);
        if (developers.empty())
            co_return;
        for (auto const& developer_id : developers) {
            if (stopping_)
                co_return;
            if (!has_history(developer_id))
                continue;
            auto const done = co_await detect(developer_id, true);
            if (done)
                co_await purge(developer_id);
        }
        after_id = developers.back();
    }
}

// False: something of it could not be done, and the log says why.
asio::awaitable<bool> DetectAnomalies::detect(std::string const& developer_id, bool all_rules)
{
    auto const revoke = host_.app.config.anomaly_auto_revoke;
    api::DetectionRun run{
        .developer_id = developer_id, .all_rules = all_rules, .auto_revoke = revoke};
    while (!run.finished && !stopping_) {
        api::DetectionSlice slice;
        Work const work = [this, &run, &slice](storage::Database& db) {
            server::Turn turn{host_.app, db, host_.app.clock.now()};
            slice = api::detect_slice(turn, run, api::slice_records);
        };
        auto const stored = co_await write(host_, work);
        if (!stored) {
            host_.log.event("anomaly.pass_failed", {{"developer", developer_id}});
            co_return false;
        }
        tell(slice, developer_id);
    }
    co_return !stopping_;
}

// Alerts that were closed and not seen for a long time go; a run itself removes nothing.
asio::awaitable<void> DetectAnomalies::purge(std::string const& developer_id)
{
    for (auto removed = purged_at_once; removed == purged_at_once && !stopping_;) {
        auto const before = host_.app.clock.now() - rules::anomaly_retention;
        Work const work = [&developer_id, &removed, before](storage::Database& db) {
            removed = storage::expire_anomalies(db, developer_id, before, purged_at_once);
        };
        auto const stored = co_await write(host_, work);
        if (!stored)
            co_return;
    }
}

std::vector<std::string> DetectAnomalies::next_developers(std::string const& after_id)
{
    return read(host_, [&] {
        return storage::list_developer_ids(host_.app.reader, after_id, developers_at_once);
    });
}

// Whoever never did anything costs a look-up and no transaction.
bool DetectAnomalies::has_history(std::string const& developer_id)
{
    auto const totals =
        read(host_, [&] { return storage::find_totals(host_.app.reader, developer_id); });
    return totals.audit_entries > 0 || totals.grants > 0;
}

void DetectAnomalies::tell(api::DetectionSlice const& slice, std::string const& developer_id) const
{
    for (auto const& anomaly : slice.anomalies.fresh)
        host_.log.event(
            "anomaly.detected", {{"anomaly", anomaly.id},
                                 {"rule", anomaly.rule_id},
                                 {"severity", anomaly.severity},
                                 {"developer", developer_id},
                                 {"agent", anomaly.agent_id.value_or("-")}}
        );
    if (!slice.revoked_grants.empty())
        host_.log.event(
            "anomaly.auto_revoked",
            {{"developer", developer_id}, {"grants", std::to_string(slice.revoked_grants.size())}}
        );
}

} // namespace jobs
