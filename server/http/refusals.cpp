#include "server/http/refusals.hpp"

#include "server/http/idempotency.hpp"
#include "server/http/operations.hpp"

#include <algorithm>

namespace http {

namespace {

void add(std::vector<DeclaredRefusal>& list, ApiError error, std::string_view when)
{
    list.push_back({error.status, std::move(error.code), {}, std::string{when}, false});
}

void add_limits(std::vector<DeclaredRefusal>& list, Route const& route)
{
    if (route.limit == Limit::exempt)
        return;
    add(list, rate_limited("RATE_LIMIT_EXCEEDED", 1), "too many requests of this caller");
    if (route.limit == Limit::authorize)
        add(list, rate_limited("RATE_LIMITED", 1), "too many requests for consent");
}

std::vector<DeclaredRefusal> general_refusals(Route const& route)
{
    auto const has_path_parameter = route.path.find('{') != std::string_view::npos;
    auto const takes_body = route.method != verb::get;
    auto const& parameters = find_declaration(route.operation.handler).parameters;
    std::vector<DeclaredRefusal> list;
    if (takes_body || has_path_parameter || route.auth != Auth::none || parameters.size() != 0)
        add(list, bad_request({}), "the request is malformed; the message names what is wrong");
    if (route.auth != Auth::none)
        add(list, invalid_api_key(), "the credential is missing, unknown or has ended");
    if (takes_body) {
        add(list, body_too_large({}), "the body is too large");
        // A form is read whatever its type is said to be.
        if (route.operation.body != BodyKind::form)
            add(list, unsupported_media_type(), "the body is not application/json");
    }
    if (has_path_parameter)
        add(list, path_parameter_too_long(), "a path parameter is too long");
    if (Idempotency::applies_to(route)) {
        add(list, idempotency_in_progress(), "the first request with this key still runs");
        add(list, idempotency_key_reused(), "the Idempotency-Key belongs to another request");
    }
    add_limits(list, route);
    add(list, internal_error({}), "a fault of the server; its log has the cause");
    if (route.tx != Tx::none)
        add(list, unavailable({}), "the server cannot read or store now; try again");
    return list;
}

} // namespace

std::vector<DeclaredRefusal> refusals_of(Route const& route)
{
    auto list = general_refusals(route);
    for (auto const& refusal : find_declaration(route.operation.handler).refusals) {
        auto error = refusal.make();
        list.push_back(
            {error.status, std::move(error.code), refusal.has_message ? error.message : "",
             std::string{refusal.when}, true}
        );
    }
    std::ranges::stable_sort(list, {}, &DeclaredRefusal::status);
    return list;
}

} // namespace http
