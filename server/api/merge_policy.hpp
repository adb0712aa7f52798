// Reading a policy's conditions into the stored form: both ways of writing them, checked as a
// whole.
#pragma once

#include "server/api/policies.hpp"
#include "storage/policies.hpp"

namespace api {

// allow, deny, or their names in the protocol text; throws ApiError 400.
std::string read_policy_effect(std::string_view text);

// Applies what is given; null clears. Validates the merged rule. Throws ApiError 400 naming the
// field.
void merge_policy(storage::Policy& policy, PolicyFields const& fields);

} // namespace api
