// Reading a policy's conditions into the stored form: both ways of writing them, checked as a
// whole.
#pragma once

#include "server/api/policies.hpp"
#include "storage/policies.hpp"

namespace api {

// allow or deny; the protocol text has other names for them.
std::string stored_effect(PolicyEffect const& effect);

// Applies what is given; null clears. Validates the merged rule. Throws ApiError 400 naming the
// field.
void merge_policy(storage::Policy& policy, PolicyFields const& fields);

} // namespace api
