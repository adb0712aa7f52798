// The headers every answer carries: request id, security, CORS, and the error body.
#pragma once

#include "server/config.hpp"
#include "server/http/error.hpp"
#include "server/http/message.hpp"

#include <boost/describe/class.hpp>

#include <string_view>

namespace http {

// The body of every refusal.
struct ErrorView
{
    std::string message; // for people
    std::string code;    // for programs
    std::string requestId;
    std::string error; // the reason phrase
    unsigned statusCode = 0;
};
BOOST_DESCRIBE_STRUCT(ErrorView, (), (message, code, requestId, error, statusCode))

bool has_header(Headers const& headers, std::string_view name);

// Adds what is not set yet (core contract, "Security headers").
void add_security_headers(Headers& headers);

// Adds the CORS headers for a listed origin; for others only Vary.
void add_cors_headers(
    Headers& headers, server::Config const& config, std::string_view origin, bool preflight
);

// ErrorView as JSON text.
std::string error_body(ApiError const& error, std::string_view request_id);

} // namespace http
