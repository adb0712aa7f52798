#include "server/api/metering.hpp"

#include "server/rules/time_text.hpp"

namespace api {

namespace {

void add(http::Request& request, storage::UsageDay added)
{
    if (!request.app.config.usage_metering)
        return;
    added.day = rules::day_text(request.now);
    request.used = {request.caller().id, std::move(added)};
}

} // namespace

void count_authorization(http::Request& request)
{
    storage::UsageDay added;
    added.authorizations = 1;
    add(request, std::move(added));
}

void count_token_exchange(http::Request& request)
{
    storage::UsageDay added;
    added.token_exchanges = 1;
    add(request, std::move(added));
}

void count_verification(http::Request& request)
{
    if (request.app.config.usage_metering)
        request.app.verification_counts.add(request.caller().id, rules::day_text(request.now));
}

} // namespace api
