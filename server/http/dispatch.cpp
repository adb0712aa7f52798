#include "server/http/dispatch.hpp"

#include "crypto/random.hpp"
#include "server/http/authenticate.hpp"
#include "server/http/exchange.hpp"
#include "server/http/idempotency.hpp"
#include "server/http/operations.hpp"
#include "server/rules/client_address.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <thread>

namespace http {

namespace {

bool is_json_type(std::string_view content_type)
{
    auto type = content_type.substr(0, content_type.find(';'));
    while (type.ends_with(' ') || type.ends_with('\t'))
        type.remove_suffix(1);
    constexpr std::string_view json = "application/json";
    return std::ranges::equal(type, json, [](char a, char b) { return (a | 0x20) == (b | 0x20); });
}

// Also where nothing is read from it: a body must be a JSON object.
void parse_body(Route const& route, Request& request)
{
    auto const& message = request.message;
    if (route.operation.body == BodyKind::form) {
        request.body = parse_form(message.body);
        return;
    }
    if (message.body.empty() || route.method == verb::get)
        return;
    if (!is_json_type(message.header("content-type")))
        throw unsupported_media_type();
    request.body = parse_json_object(message.body, &request.number_texts);
}

// The body holds the token without its signature, once or (in a link) more often.
void add_signature(std::string& body, std::string_view input, std::string_view signature)
{
    auto const unsigned_token = std::string{input} + ".";
    for (auto at = body.find(unsigned_token); at != std::string::npos;
         at = body.find(unsigned_token, at + signature.size()))
    {
        at += unsigned_token.size();
        body.insert(at, signature);
    }
}

void throw_if_tripped(Limits::Verdict const& verdict, Limit limit)
{
    if (verdict.allowed)
        return;
    throw rate_limited(
        limit == Limit::authorize ? "RATE_LIMITED" : "RATE_LIMIT_EXCEEDED",
        std::max(verdict.reset_seconds, 1)
    );
}

} // namespace

Dispatch::Dispatch(
    boost::asio::io_context& loop, server::App& app, std::span<Route const> routes, Log log,
    std::function<void(std::string_view why)> fatal
)
    : loop_(loop), app_(app), routes_(routes), index_(routes), log_(std::move(log)),
      log_turn_(loop, [this] { log_.flush(); }), snapshot_(loop, app.reader, batches_),
      fatal_(std::move(fatal)), limits_(app.config), batches_(loop, app.writer),
      pool_(std::max(1U, std::thread::hardware_concurrency()))
{
    for (auto const& route : routes)
        declarations_.push_back(&find_declaration(route.operation.handler));
    batches_.on_failure([this](std::string const& why) {
        app_.refuses_writes = true;
        if (auto const cause = outage_lines_.text(why, std::chrono::steady_clock::now()))
            log_.event("error", {{"code", "DISK"}, {"cause", *cause}});
    });
    batches_.before_commit([this] {
        for (auto const& developer : usage_.write(app_.writer))
            log_.event(
                "error", {{"code", "USAGE"},
                          {"cause", "what " + developer +
                                        " used is not counted: the row of the day is damaged"}}
            );
    });
    batches_.on_durable([this](std::size_t writes) {
        snapshot_.end(); // whoever hears of this batch, and all that follows from it, reads it
        app_.metrics.observe_commit(writes);
        if (batches_.has_written())
            app_.refuses_writes = false;
    });
}

void Dispatch::handle(Message message, Respond respond)
{
    auto source = rules::rate_source(rules::client_address(
        message.peer_address, message.all("x-forwarded-for"), app_.config.trust_proxy
    ));
    auto const exchange = std::make_shared<Exchange>(Exchange{
        std::move(message), std::move(respond), crypto::random_uuid(), std::move(source)});
    try {
        route(exchange);
    } catch (ApiError const& error) {
        fail(*exchange, error);
        finish(exchange);
    }
}

void Dispatch::route(Shared const& exchange)
{
    auto& match = exchange->match;
    match = index_.find(exchange->message.method, exchange->path());
    if (match.route == nullptr || match.route->limit != Limit::exempt) {
        exchange->reported = limits_.count_address(exchange->source, app_.clock.now());
        throw_if_tripped(exchange->reported, Limit::standard);
    }
    if (match.allow.empty())
        throw unknown_path();
    if (exchange->message.method == "OPTIONS") {
        exchange->outcome.status = 204; // a CORS preflight; finish() adds what it asks for
        finish(exchange);
        return;
    }
    if (match.route == nullptr)
        throw method_not_allowed();
    exchange->path_parameters = path_parameters(*match.route, exchange->path());
    if (is_write(match.route->tx)) {
        run_write(exchange);
        return;
    }
    if (match.route->tx == Tx::read)
        snapshot_.begin();
    run(*exchange, app_.reader);
    find_out(exchange);
    sign(exchange);
    finish(exchange);
}

void Dispatch::run_write(Shared const& exchange)
{
    auto const tx = exchange->match.route->tx;
    // To find out after the work is done would cost the time that is short.
    if (tx == Tx::issue && !pool_.has_room())
        throw unavailable("too many signatures are waiting");
    exchange->waits_for_commit = true;
    auto const queued = batches_.run(
        [this, exchange] { run_in_savepoint(exchange); },
        [this, exchange](storage::CommitResult result) {
            exchange->waits_for_commit = false;
            // No answer to a write leaves before it is durable: whatever the handler said, it did
            // not happen.
            if (result != storage::CommitResult::durable)
                fail(*exchange, unavailable("the commit failed"));
            if (result == storage::CommitResult::unknown)
                fatal_("an fsync of the database failed; what is on disk is unknown");
            finish(exchange);
        },
        tx == Tx::revoke ? Urgency::first : Urgency::normal
    );
    if (!queued) {
        exchange->waits_for_commit = false;
        throw unavailable("too many writes are waiting");
    }
}

// One refused request must not undo its neighbours in the batch, nor leave half a change.
void Dispatch::run_in_savepoint(Shared const& exchange)
{
    // Some failures (a full disk, for one) make SQLite drop the whole batch at once. A SAVEPOINT
    // would then begin a transaction of its own and commit what is answered with 503.
    if (!app_.writer.in_transaction()) {
        fail(*exchange, unavailable("the batch was rolled back"));
        return;
    }
    try {
        app_.writer.run("SAVEPOINT request");
        run(*exchange, app_.writer);
        sign(exchange); // may still refuse, which undoes the change too
        if (exchange->error && !exchange->error->keeps_changes)
            app_.writer.run("ROLLBACK TO request");
        app_.writer.run("RELEASE request");
        if (!exchange->error)
            usage_.add(exchange->used);
    } catch (SQLite::Exception const& failure) {
        fail(*exchange, unavailable(failure.what()));
    }
}

void Dispatch::run(Exchange& exchange, storage::Database& db)
{
    Request request{{app_, db, app_.clock.now()}, exchange.message, exchange.id};
    try {
        request.path_parameters = std::move(exchange.path_parameters);
        request.declaration =
            declarations_[static_cast<std::size_t>(exchange.match.route - routes_.data())];
        if (auto const query = exchange.message.target.find('?'); query != std::string::npos)
            request.query_parameters =
                parse_pairs(std::string_view{exchange.message.target}.substr(query + 1));
        call(exchange, request);
    } catch (ApiError const& error) {
        fail(exchange, error);
    } catch (SQLite::Exception const& failure) {
        fail(exchange, unavailable(failure.what()));
    } catch (std::exception const& failure) {
        fail(exchange, internal_error(failure.what()));
    }
    exchange.agent_id = std::move(request.agent_id);
    exchange.used = std::move(request.used);
}

// In the order of the contract's "Check order".
void Dispatch::call(Exchange& exchange, Request& request)
{
    auto const& row = *exchange.match.route;
    authenticate_caller(exchange, request);
    parse_body(row, request);
    if (row.auth != Auth::operator_ && row.auth != Auth::metrics)
        count_route(exchange, request.now);
    auto const idempotency = Idempotency::of(row, request);
    if (auto answer = idempotency ? idempotency->find_answer(request) : std::nullopt) {
        exchange.outcome = std::move(*answer);
        return;
    }
    exchange.outcome = row.operation.call(request);
    if (idempotency && exchange.outcome.status < 300)
        idempotency->keep_answer(request, exchange.outcome);
}

// Developers' routes are keyed by developer, others by source. A success reports the plan budget,
// or for another route its bucket; a refusal reports the bucket that tripped.
void Dispatch::count_route(Exchange& exchange, storage::Timestamp now)
{
    auto const& row = *exchange.match.route;
    auto const by_developer = row.auth == Auth::developer;
    auto who = by_developer ? exchange.caller_id : exchange.source;
    if (row.limit == Limit::write) // one number, but each operation counts its own requests
        who.append(" ").append(row.operation.handler);
    auto const verdict = limits_.count_route(row.limit, who, now);
    if (verdict.limit != 0 && (!by_developer || !verdict.allowed))
        exchange.reported = verdict;
    throw_if_tripped(verdict, row.limit);
}

void Dispatch::authenticate_caller(Exchange& exchange, Request& request)
{
    switch (exchange.match.route->auth) {
    case Auth::none:
        return;
    case Auth::developer:
        request.developer = authenticate(request.db, exchange.message);
        exchange.caller_id = request.developer->id;
        exchange.reported = limits_.count_plan(*request.developer, request.now);
        throw_if_tripped(exchange.reported, Limit::standard);
        return;
    case Auth::principal:
        request.session = authenticate_principal(request);
        return;
    case Auth::operator_:
        if (app_.config.admin_api_key.empty())
            throw operator_key_unset();
        // There is one key for everything, so guesses at it count: the bucket comes first.
        count_route(exchange, request.now);
        authenticate_operator(app_.config, exchange.message);
        exchange.caller_id = "operator";
        return;
    case Auth::metrics:
        check_metrics_open(app_.config);
        count_route(exchange, request.now); // one key for everything here, too
        authenticate_scraper(app_.config, exchange.message);
        return;
    }
}

// What the answer needs from outside the process; it holds no transaction meanwhile.
void Dispatch::find_out(Shared const& exchange)
{
    if (exchange->error || !exchange->outcome.later)
        return;
    if (waiting_ == nullptr) {
        fail(*exchange, unavailable("there is nothing to wait with"));
        return;
    }
    exchange->waits_outside = true;
    auto const go_on = std::move(exchange->outcome.later);
    go_on(*waiting_, [this, exchange](std::variant<Outcome, ApiError> found) {
        exchange->waits_outside = false;
        if (auto* const outcome = std::get_if<Outcome>(&found))
            exchange->outcome = std::move(*outcome);
        else
            fail(*exchange, std::move(std::get<ApiError>(found)));
        finish(exchange);
    });
}

// Signing runs beside the commit; the answer goes out when both are done.
void Dispatch::sign(Shared const& exchange)
{
    if (exchange->error || exchange->outcome.unsigned_input.empty())
        return;
    exchange->waits_for_signature = true;
    auto const done = [this, exchange](std::optional<std::string> const& signature) {
        boost::asio::post(loop_, [this, exchange, signature] {
            exchange->waits_for_signature = false;
            if (signature) {
                auto& outcome = exchange->outcome;
                add_signature(outcome.body, outcome.unsigned_input, *signature);
            } else {
                // A signer that fails is a broken process (core contract, refreshToken).
                fail(*exchange, internal_error("signing failed"));
            }
            finish(exchange);
            if (!signature)
                fatal_("signing failed");
        });
    };
    auto const& input = exchange->outcome.unsigned_input;
    if (!pool_.sign(app_.keys.signer_of(input), input, done)) {
        exchange->waits_for_signature = false;
        fail(*exchange, unavailable("too many signatures are waiting"));
    }
}

void Dispatch::fail(Exchange& exchange, ApiError error)
{
    if (!error.cause.empty())
        log_cause(exchange, error);
    exchange.error = std::move(error);
}

void Dispatch::log_cause(Exchange const& exchange, ApiError const& error)
{
    std::optional cause{error.cause};
    if (error.status == 503)
        cause = outage_lines_.text(error.cause, std::chrono::steady_clock::now());
    if (cause)
        log_.event("error", {{"request", exchange.id}, {"code", error.code}, {"cause", *cause}});
}

std::size_t Dispatch::body_bytes_max(std::string_view, std::string_view)
{
    return app_.config.max_body_bytes;
}

} // namespace http
