#include "server/jobs/rewrap_master_key.hpp"

#include "storage/keys.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>

namespace jobs {

namespace {

namespace asio = boost::asio;
using server::KeyPlace;

// Lets requests run, and a server that is told to stop see that nothing is under way.
constexpr std::chrono::milliseconds between_turns{2};

// There are a handful of them.
std::int64_t rewrap_server_keys(storage::Database& db, server::MasterKeys const& masters)
{
    std::int64_t count = 0;
    for (auto const& row : storage::list_server_keys(db))
        if (masters.is_old(row.sealed)) {
            auto const place = KeyPlace::of_server_key(row.name);
            storage::update_server_key(db, row.name, masters.rewrap(place, row.sealed));
            ++count;
        }
    for (auto const& row : storage::list_signing_keys(db))
        if (row.sealed && masters.is_old(*row.sealed)) {
            auto const place = KeyPlace::of_signing_key(row.kid);
            storage::update_signing_key(db, row.kid, masters.rewrap(place, *row.sealed));
            ++count;
        }
    return count;
}

std::int64_t rewrap_data_keys(storage::Database& db, server::MasterKeys const& masters)
{
    auto const rows = storage::list_data_keys_not_under(db, masters.id(), rewrapped_per_turn);
    for (auto const& row : rows) {
        auto const place = KeyPlace::of_data_key(row.developer_id, row.id);
        storage::update_data_key(db, row.id, masters.rewrap(place, row.wrapped));
    }
    return static_cast<std::int64_t>(rows.size());
}

} // namespace

Rewrapped rewrap_some_keys(storage::Database& db, server::MasterKeys const& masters)
{
    Rewrapped done;
    done.server_keys = rewrap_server_keys(db, masters);
    if (done.server_keys == 0)
        done.data_keys = rewrap_data_keys(db, masters);
    return done;
}

asio::awaitable<Rewrapped> rewrap_master_key(Host& host)
{
    Rewrapped all;
    asio::steady_timer pause{host.loop};
    for (;;) {
        Rewrapped turn;
        std::exception_ptr refusal; // nothing may be thrown into the batch of the others
        Work const work = [&](storage::Database& db) {
            try {
                turn = rewrap_some_keys(db, host.app.keys.masters());
            } catch (server::KeyError const&) {
                refusal = std::current_exception();
            }
        };
        auto const is_stored = co_await write(host, work);
        if (refusal)
            std::rethrow_exception(refusal);
        if (!is_stored)
            throw server::KeyError("keys could not be stored; the log says why, and nothing is "
                                   "lost. Try: again, it goes on with what is left");
        if (turn.server_keys + turn.data_keys == 0)
            break;
        all.server_keys += turn.server_keys;
        all.data_keys += turn.data_keys;
        pause.expires_after(between_turns);
        co_await pause.async_wait(asio::use_awaitable);
    }
    host.log.event(
        "master_key.rewrapped", {{"master_key", host.app.keys.masters().id()},
                                 {"server_keys", std::to_string(all.server_keys)},
                                 {"data_keys", std::to_string(all.data_keys)}}
    );
    co_return all;
}

} // namespace jobs
