#include "server/http/measure.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

namespace http {

namespace {

// A method is the client's text: a word of its own choice must not become a label.
std::string_view method_label(std::string_view method)
{
    static constexpr std::string_view known[] = {"GET",   "HEAD",   "POST",   "PUT",
                                                 "PATCH", "DELETE", "OPTIONS"};
    auto const* const found = std::ranges::find(known, method);
    return found == std::end(known) ? "other" : *found;
}

std::optional<server::DebitOutcome> debit_outcome(unsigned status, bool is_replayed)
{
    if (status == 200)
        return is_replayed ? server::DebitOutcome::replayed : server::DebitOutcome::applied;
    if (status == 402)
        return server::DebitOutcome::insufficient;
    return status == 409 ? std::optional{server::DebitOutcome::inactive} : std::nullopt;
}

} // namespace

void measure(server::Metrics& metrics, Measured const& exchange)
{
    auto const& [route, method, status, took, agent_id, is_replayed] = exchange;
    auto const seconds = std::chrono::duration<double>(took).count();
    if (route == nullptr) {
        metrics.observe_request(method_label(method), "unmatched", status, seconds);
        return;
    }
    if (route->auth == Auth::metrics)
        return; // the scraper does not count itself
    metrics.observe_request(method_label(method), route->path, status, seconds);
    auto const handler = route->operation.handler;
    if (handler == "create_authorization")
        metrics.observe_authorize(status < 300, seconds, agent_id);
    else if (handler == "exchange_token")
        metrics.observe_token_exchange(status < 300, seconds, agent_id);
    else if (handler == "debit_budget")
        if (auto const outcome = debit_outcome(status, is_replayed))
            metrics.count_budget_debit(*outcome);
}

} // namespace http
