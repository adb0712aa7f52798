#include "server/api/policy_check.hpp"

#include "server/api/agents.hpp"
#include "server/api/append_audit.hpp"
#include "server/http/error.hpp"
#include "server/http/write_view.hpp"
#include "server/time_zone.hpp"
#include "storage/policies.hpp"

#include <boost/describe/class.hpp>

namespace api {

namespace {

// Members in the order in which the audit chain sorts them.
struct PolicyDeniedView
{
    std::string policyId;
    std::string policyName;
    std::vector<std::string> scopes;
    std::string source;
};
BOOST_DESCRIBE_STRUCT(PolicyDeniedView, (), (policyId, policyName, scopes, source))

rules::Policy rule_of(storage::Policy const& policy)
{
    return {
        .id = policy.id,
        .denies = policy.effect == "deny",
        .agent_id = policy.agent_id,
        .principal_id = policy.principal_id,
        .scopes = policy.scopes,
        .window_start = policy.window_start,
        .window_end = policy.window_end,
        .weekdays = rules::weekday_numbers(policy.weekdays),
        .time_zone = policy.time_zone};
}

void append_denied(
    http::Request& request, PolicySubject const& subject, storage::Policy const& policy
)
{
    storage::AuditEntry entry;
    entry.developer_id = subject.developer_id;
    entry.agent_id = subject.question.agent_id;
    entry.agent_did = agent_did(subject.question.agent_id);
    entry.grant_id = subject.grant_id;
    entry.principal_id = subject.question.principal_id;
    entry.action = "policy.denied";
    entry.metadata =
        http::write_view(PolicyDeniedView{
                             policy.id,
                             policy.name,
                             {subject.question.scopes.begin(), subject.question.scopes.end()},
                             "server"})
            .text;
    entry.status = "blocked";
    append_audit(request, std::move(entry), false);
}

} // namespace

bool check_policies(http::Request& request, PolicySubject const& subject)
{
    auto const stored = storage::list_policies(request.db, subject.developer_id);
    std::vector<rules::Policy> policies;
    for (auto const& policy : stored)
        policies.push_back(rule_of(policy));
    auto const* const decision =
        rules::decide(policies, subject.question, [&](std::string_view zone) {
            return server::wall_clock(zone, request.now);
        });
    if (decision == nullptr)
        return false;
    if (decision->denies) {
        append_denied(
            request, subject, stored[static_cast<std::size_t>(decision - policies.data())]
        );
        throw http::policy_denied();
    }
    return true;
}

void check_deny_policies(http::Request& request, PolicySubject const& subject)
{
    check_policies(request, subject);
}

} // namespace api
