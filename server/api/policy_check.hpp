// Asking the developer's policies about a request, before anything is changed.
#pragma once

#include "server/http/request.hpp"
#include "server/rules/policy.hpp"

#include <string>
#include <string_view>

namespace api {

struct PolicySubject
{
    std::string_view developer_id;
    rules::PolicyQuestion question;
    std::string_view grant_id{}; // when one exists already: for the audit entry
};

// Throws ApiError 403 POLICY_DENIED when a deny rule matches, after writing the audit entry
// `policy.denied` that names it. Allow rules have no effect here.
void check_deny_policies(http::Request& request, PolicySubject const& subject);

// As above; true when an allow rule matches.
bool check_policies(http::Request& request, PolicySubject const& subject);

} // namespace api
