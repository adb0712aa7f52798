// What the jobs stand on. A job is a coroutine on the loop beside the requests: it waits for time
// or for something outside the process, never inside a transaction, and reads what is durable from
// the reader. The server starts it with its loop and stops it when it drains: a job that is stopped
// begins nothing new and writes nothing more, and finds the rest in the database after the next
// start.
#pragma once

#include "server/app.hpp"
#include "server/http/log.hpp"
#include "server/http/outage_lines.hpp"
#include "server/http/write_batches.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string_view>

namespace jobs {

struct Host
{
    boost::asio::io_context& loop;
    server::App& app;
    http::WriteBatches& batches;
    http::Log log;
    std::function<void(std::string_view why)> fatal; // the process cannot go on
    std::shared_ptr<http::OutageLines> outages = std::make_shared<http::OutageLines>();
};

// Tells the log, of the same cause once a second: jobs look again with every commit.
void log_failure(Host const& host, std::exception const& failure);

// Runs `work` on the writer within the next batch, under a savepoint of its own, and resumes when
// it is on disk. False: nothing of it was stored; the log says why. `work` is a named object of the
// caller: GCC 12 destroys temporaries among the arguments of an awaited call twice.
using Work = std::function<void(storage::Database&)>;
boost::asio::awaitable<bool> write(Host& host, Work const& work);

// What `look` finds; an empty value when the database cannot be read, of which the log tells: the
// next look may go better.
template<class Read> auto read(Host& host, Read const& look) -> decltype(look())
{
    try {
        return look();
    } catch (SQLite::Exception const& failure) {
        log_failure(host, failure);
        return {};
    }
}

} // namespace jobs
