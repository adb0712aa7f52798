// The headers every answer carries: request id, security, CORS, and the error body.
#pragma once

#include "server/config.hpp"
#include "server/http/error.hpp"
#include "server/http/message.hpp"

#include <string_view>

namespace http {

bool has_header(Headers const& headers, std::string_view name);

// Adds what is not set yet (core contract, "Security headers").
void add_security_headers(Headers& headers);

// Adds the CORS headers for a listed origin; for others only Vary.
void add_cors_headers(
    Headers& headers, server::Config const& config, std::string_view origin, bool preflight
);

// The body of every refusal: message, code, requestId, error, statusCode.
std::string error_body(ApiError const& error, std::string_view request_id);

} // namespace http
