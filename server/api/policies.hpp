// Policies: rules a developer sets that decide before a person is asked.
#pragma once

#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

using PolicyScopes = http::List<http::Line<1, 256>, 1, 100>;
using PolicyEffect = http::OneOf<"allow", "deny", "auto_approve", "auto_deny">; // SPEC 11's too
using PolicyDays = http::List<http::Integer<1, 7>, 1, 7>;

// The nested form of the protocol text (SPEC section 11); only read, never answered.
struct PolicyTimeWindow
{
    http::Integer<0, 23> startHour;
    http::Integer<0, 24> endHour;
    std::optional<PolicyDays> days;
    std::optional<http::Line<1, 64>> timeZone;
};
BOOST_DESCRIBE_STRUCT(PolicyTimeWindow, (), (startHour, endHour, days, timeZone))

struct PolicyConditions
{
    std::optional<PolicyScopes> scopes;
    std::optional<http::Line<1, 256>> principalId;
    std::optional<http::Line<1, 256>> agentId;
    std::optional<PolicyTimeWindow> timeWindow;
};
BOOST_DESCRIBE_STRUCT(PolicyConditions, (), (scopes, principalId, agentId, timeWindow))

// What creating and updating share. Null clears a condition; a rule always has a priority.
struct PolicyFields
{
    http::Clearable<http::Integer<-2147483648LL, 2147483647LL>> priority;
    http::Clearable<http::Line<1, 256>> agentId;
    http::Clearable<http::Line<1, 256>> principalId;
    http::Clearable<PolicyScopes> scopes;
    http::Clearable<http::Line<0, 16>> timeOfDayStart;
    http::Clearable<http::Line<0, 16>> timeOfDayEnd;
    http::Clearable<PolicyDays> daysOfWeek;
    http::Clearable<http::Line<1, 64>> timeZone;
    std::optional<PolicyConditions> conditions;
};
BOOST_DESCRIBE_STRUCT(
    PolicyFields, (),
    (priority, agentId, principalId, scopes, timeOfDayStart, timeOfDayEnd, daysOfWeek, timeZone,
     conditions)
)

struct CreatePolicyBody : PolicyFields
{
    http::Line<1, 256> name;
    PolicyEffect effect;
};
BOOST_DESCRIBE_STRUCT(CreatePolicyBody, (PolicyFields), (name, effect))

struct UpdatePolicyBody : PolicyFields
{
    http::Clearable<http::Line<1, 256>> name;
    http::Clearable<PolicyEffect> effect;
};
BOOST_DESCRIBE_STRUCT(UpdatePolicyBody, (PolicyFields), (name, effect))

struct PolicyView
{
    std::string id;
    std::string name;
    http::OneOf<"allow", "deny"> effect;
    std::int64_t priority = 0;
    http::Nullable<std::string> agentId;
    http::Nullable<std::string> principalId;
    http::Nullable<std::vector<std::string>> scopes;
    http::Nullable<std::string> timeOfDayStart;
    http::Nullable<std::string> timeOfDayEnd;
    http::Nullable<std::vector<int>> daysOfWeek;
    std::string timeZone;
    storage::Timestamp createdAt;
    storage::Timestamp updatedAt;
};
BOOST_DESCRIBE_STRUCT(
    PolicyView, (),
    (id, name, effect, priority, agentId, principalId, scopes, timeOfDayStart, timeOfDayEnd,
     daysOfWeek, timeZone, createdAt, updatedAt)
)

struct PolicyListView
{
    std::vector<PolicyView> policies;
    std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(PolicyListView, (), (policies, total))

http::Created<PolicyView> create_policy(http::Request& request, CreatePolicyBody const& body);
PolicyListView list_policies(http::Request& request);
PolicyView get_policy(http::Request& request);
PolicyView update_policy(http::Request& request, UpdatePolicyBody const& body);
http::NoContent delete_policy(http::Request& request);

} // namespace api
