// Between the session and the handlers: matches the route, counts limits, asks who calls, gives the
// handler its database, and answers when the commit and the signature it needs are done.
#pragma once

#include "crypto/sign_pool.hpp"
#include "server/app.hpp"
#include "server/http/end_of_turn.hpp"
#include "server/http/limits.hpp"
#include "server/http/log.hpp"
#include "server/http/match.hpp"
#include "server/http/message.hpp"
#include "server/http/outage_lines.hpp"
#include "server/http/read_snapshot.hpp"
#include "server/http/route.hpp"
#include "server/http/write_batches.hpp"
#include "server/usage_of_batch.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <span>

namespace http {

class Dispatch : public Handler
{
public:
    // `fatal` is called when the process cannot go on: an fsync failed (exit 70), or signing did.
    Dispatch(
        boost::asio::io_context& loop, server::App& app, std::span<Route const> routes, Log log,
        std::function<void(std::string_view why)> fatal
    );

    void handle(Message message, Respond respond) override;
    Response refuse(unsigned status, std::string_view message) override;
    std::size_t body_bytes_max(std::string_view method, std::string_view target) override;

    // Called for every answer that turns its connection into a stream.
    using OpenStream =
        std::function<void(TakenConnection&, Message const& message, StreamOpening opening)>;
    void on_stream(OpenStream open) { open_stream_ = std::move(open); }

    // With what answers wait that wait (later.hpp); it outlives this.
    void wait_with(Waiting& waiting) { waiting_ = &waiting; }

    [[nodiscard]] WriteBatches& batches() { return batches_; }

private:
    struct Exchange;
    using Shared = std::shared_ptr<Exchange>;

    void route(Shared const& exchange);
    void run_write(Shared const& exchange);
    void run(Exchange& exchange, storage::Database& db);
    void run_in_savepoint(Shared const& exchange);
    void call(Exchange& exchange, Request& request);
    void authenticate_caller(Exchange& exchange, Request& request);
    void count_route(Exchange& exchange, storage::Timestamp now);
    void find_out(Shared const& exchange);
    void sign(Shared const& exchange);
    void finish(Shared const& exchange);
    void fail(Exchange& exchange, ApiError error);
    void log_cause(Exchange const& exchange, ApiError const& error);
    Response render(Exchange& exchange);
    void add_stream(Shared const& exchange, Response& response);

    boost::asio::io_context& loop_;
    server::App& app_;
    std::span<Route const> routes_;
    RouteIndex index_;
    std::vector<Declaration const*> declarations_; // of the route at the same place
    Log log_;
    EndOfTurn log_turn_;
    ReadSnapshot snapshot_;
    std::function<void(std::string_view)> fatal_;
    OpenStream open_stream_ = [](TakenConnection&, Message const&, StreamOpening) {};
    Waiting* waiting_ = nullptr;
    Limits limits_;
    OutageLines outage_lines_;
    WriteBatches batches_;
    server::UsageOfBatch usage_;
    crypto::SignPool pool_; // last: its threads are joined before the rest goes
};

} // namespace http
