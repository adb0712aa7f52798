// The end of an exchange: its answer as the session writes it.
#include "crypto/random.hpp"
#include "server/http/exchange.hpp"
#include "server/http/measure.hpp"
#include "server/http/response_headers.hpp"
#include "server/http/taken_connection.hpp"

namespace http {

namespace {

// Who does not get in, may not do what it asks, or asks too often: a line of its own, to be found
// without knowing the routes (ASVS 16.3).
bool is_security_matter(ApiError const& error)
{
    return error.status == 401 || error.status == 403 || error.status == 429;
}

} // namespace

void Dispatch::finish(Shared const& exchange)
{
    if (exchange->waits_for_commit || exchange->waits_for_signature || exchange->waits_outside)
        return;
    auto response = render(*exchange);
    add_stream(exchange, response);
    auto const took = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - exchange->message.received
    );
    log_.request(
        exchange->id, exchange->caller_id, exchange->message.method,
        exchange->match.route == nullptr ? "-" : exchange->match.route->path, response.status, took
    );
    log_turn_.want();
    if (exchange->error && is_security_matter(*exchange->error))
        log_.event(
            "refused", {{"code", exchange->error->code},
                        {"request", exchange->id},
                        {"caller", exchange->caller_id},
                        {"source", exchange->source}}
        );
    measure(
        app_.metrics, {.route = exchange->match.route,
                       .method = exchange->message.method,
                       .status = response.status,
                       .took = took,
                       .agent_id = exchange->agent_id,
                       .is_replayed = has_header(response.headers, "Idempotent-Replayed")}
    );
    exchange->respond(std::move(response));
}

void Dispatch::add_stream(Shared const& exchange, Response& response)
{
    if (!exchange->outcome.stream || exchange->error)
        return;
    response.take_over = [this, exchange](TakenConnection& taken) {
        open_stream_(taken, exchange->message, std::move(*exchange->outcome.stream));
    };
}

Response Dispatch::render(Exchange& exchange)
{
    Response response;
    auto& headers = response.headers;
    if (exchange.error) {
        response.status = exchange.error->status;
        response.body = error_body(*exchange.error, exchange.id);
        headers.emplace_back("Content-Type", "application/json; charset=utf-8");
        if (exchange.error->retry_after_seconds > 0)
            headers.emplace_back(
                "Retry-After", std::to_string(exchange.error->retry_after_seconds)
            );
        if (exchange.error->status == 405)
            headers.emplace_back("Allow", exchange.match.allow);
        if (exchange.error->status == 426)
            headers.emplace_back("Upgrade", "websocket");
    } else {
        response.status = exchange.outcome.status;
        response.body = std::move(exchange.outcome.body);
        headers = std::move(exchange.outcome.headers);
        if (!exchange.outcome.content_type.empty())
            headers.emplace_back("Content-Type", exchange.outcome.content_type);
    }
    headers.emplace_back("X-Request-Id", exchange.id);
    add_rate_headers(headers, exchange.reported);
    auto const& match = exchange.match;
    auto const* const row = match.route == nullptr ? match.first : match.route;
    // Any page may see why a DID does not resolve.
    if (exchange.error && row != nullptr && row->limit == Limit::did)
        headers.emplace_back("Access-Control-Allow-Origin", "*");
    // Consent decisions never get CORS allow headers (core contract, approveConsent).
    if (row == nullptr || row->limit != Limit::consent_decision)
        add_cors_headers(
            headers, app_.config, exchange.message.header("origin"),
            exchange.message.method == "OPTIONS"
        );
    add_security_headers(headers);
    return response;
}

Response Dispatch::refuse(unsigned status, std::string_view message)
{
    Exchange exchange{{}, {}, crypto::random_uuid(), {}};
    auto const* const code = status == 503   ? "SERVICE_UNAVAILABLE"
                             : status == 500 ? "INTERNAL_ERROR"
                                             : "BAD_REQUEST";
    exchange.error = ApiError{status, code, std::string{message}};
    exchange.error->retry_after_seconds = status == 503 ? 1 : 0;
    auto response = render(exchange);
    response.close = true;
    log_.request(exchange.id, "", "-", "-", status, {});
    log_turn_.want();
    return response;
}

} // namespace http
