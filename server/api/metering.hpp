// Counting what GET /v1/usage tells. Each is called once its request is sure to count; with
// GRANTEXD_USAGE_METERING_ENABLED=false none does anything.
#pragma once

#include "server/http/request.hpp"

namespace api {

// Part of the request's change: what is rolled back was not used.
void count_authorization(http::Request& request);
void count_token_exchange(http::Request& request);

// In memory, since the request runs on the reader.
void count_verification(http::Request& request);

} // namespace api
