#include "server/api/quotas.hpp"

#include "server/http/error.hpp"
#include "storage/grants.hpp"
#include "storage/policies.hpp"
#include "storage/webhooks.hpp"

namespace api {

namespace {

// 0: no quota.
std::int64_t quota_of(std::string_view plan, server::Quota const& quota)
{
    return plan == "free" ? quota[0] : plan == "pro" ? quota[1] : quota[2];
}

void check(
    http::Request const& request, std::string_view what, std::int64_t used, std::int64_t quota
)
{
    if (quota != 0 && used >= quota)
        throw http::quota_exceeded(what, request.caller().plan, quota);
}

} // namespace

void check_agent_quota(http::Request& request)
{
    auto const quota = quota_of(request.caller().plan, request.app.config.quota_agents);
    if (quota != 0)
        check(
            request, "Agent", storage::find_totals(request.db, request.caller().id).agents, quota
        );
}

void check_grant_quota(http::Request& request)
{
    auto const quota = quota_of(request.caller().plan, request.app.config.quota_grants);
    if (quota != 0)
        check(
            request, "Active grant",
            storage::count_live_grants(request.db, request.caller().id, request.now, quota), quota
        );
}

void check_audit_quota(http::Request& request)
{
    auto const quota = quota_of(request.caller().plan, request.app.config.quota_audit);
    if (quota != 0)
        check(
            request, "Audit", storage::find_totals(request.db, request.caller().id).audit_logged,
            quota
        );
}

void check_policy_quota(http::Request& request)
{
    auto const quota = quota_of(request.caller().plan, request.app.config.quota_policies);
    if (quota != 0)
        check(request, "Policy", storage::count_policies(request.db, request.caller().id), quota);
}

void check_webhook_quota(http::Request& request)
{
    auto const quota = quota_of(request.caller().plan, request.app.config.quota_webhooks);
    if (quota != 0)
        check(request, "Webhook", storage::count_webhooks(request.db, request.caller().id), quota);
}

} // namespace api
