#include "server/api/policies.hpp"

#include "server/api/merge_policy.hpp"
#include "server/api/quotas.hpp"
#include "server/rules/policy.hpp"
#include "storage/policies.hpp"

namespace api {

namespace {

std::optional<std::string> minute_text(std::optional<int> minute)
{
    return minute ? std::optional{rules::minute_text(*minute)} : std::nullopt;
}

PolicyView view(storage::Policy const& policy)
{
    return {
        .id = policy.id,
        .name = policy.name,
        .effect = policy.effect,
        .priority = policy.priority,
        .agentId = policy.agent_id,
        .principalId = policy.principal_id,
        .scopes = policy.scopes,
        .timeOfDayStart = minute_text(policy.window_start),
        .timeOfDayEnd = minute_text(policy.window_end),
        .daysOfWeek = rules::weekday_numbers(policy.weekdays),
        .timeZone = policy.time_zone,
        .createdAt = policy.created_at,
        .updatedAt = policy.updated_at};
}

storage::Policy find(http::Request& request)
{
    auto policy = storage::find_policy(request.db, request.caller().id, request.path("id"));
    if (!policy)
        throw http::not_found("Policy");
    return std::move(*policy);
}

} // namespace

http::Created<PolicyView> create_policy(http::Request& request, CreatePolicyBody const& body)
{
    storage::Policy policy;
    policy.name = body.name;
    policy.effect = stored_effect(body.effect);
    policy.time_zone = "UTC";
    merge_policy(policy, body);
    check_policy_quota(request);
    policy.id = request.next_id("pol");
    policy.developer_id = request.caller().id;
    policy.created_at = policy.updated_at = request.now;
    storage::insert_policy(request.db, policy);
    return {view(policy)};
}

PolicyListView list_policies(http::Request& request)
{
    PolicyListView list;
    for (auto const& policy : storage::list_policies(request.db, request.caller().id))
        list.policies.push_back(view(policy));
    list.total = static_cast<std::int64_t>(list.policies.size());
    return list;
}

PolicyView get_policy(http::Request& request)
{
    return view(find(request));
}

PolicyView update_policy(http::Request& request, UpdatePolicyBody const& body)
{
    auto const before = find(request);
    auto policy = before;
    if (body.name.given)
        policy.name = body.name.value ? std::string{*body.name.value}
                                      : throw http::bad_request("name must be a string");
    if (body.effect.given)
        policy.effect = body.effect.value ? stored_effect(*body.effect.value)
                                          : throw http::bad_request("effect must be a string");
    if (body.priority.given && !body.priority.value)
        throw http::bad_request("priority must be an integer");
    merge_policy(policy, body);
    if (policy == before)
        return view(before);
    policy.updated_at = request.now;
    storage::update_policy(request.db, policy);
    return view(policy);
}

// Grants that the policy allowed earlier stay valid.
http::NoContent delete_policy(http::Request& request)
{
    if (!storage::delete_policy(request.db, request.caller().id, request.path("id")))
        throw http::not_found("Policy");
    return {};
}

} // namespace api
