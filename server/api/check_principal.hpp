// Whether the person an operation acts for may still act: the one place that asks.
#pragma once

#include "server/http/request.hpp"

#include <string_view>

namespace api {

bool is_deprovisioned(
    http::Request& request, std::string_view developer_id, std::string_view principal_id
);

// Throws ApiError 403 for a principal that the developer's organisation has switched off. Changes
// nothing, so that a code or a refresh token stays usable for the day the block is lifted.
void check_principal(
    http::Request& request, std::string_view developer_id, std::string_view principal_id
);

} // namespace api
