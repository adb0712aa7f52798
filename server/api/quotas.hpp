// Plan quotas, checked in the transaction of the insert they bound, so that they are exact under
// concurrency. Each throws ApiError 402.
#pragma once

#include "server/http/request.hpp"

namespace api {

void check_agent_quota(http::Request& request);
void check_grant_quota(http::Request& request);
void check_audit_quota(http::Request& request);
void check_policy_quota(http::Request& request);
void check_webhook_quota(http::Request& request);

} // namespace api
