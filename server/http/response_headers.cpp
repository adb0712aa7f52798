#include "server/http/response_headers.hpp"

#include "server/http/write_view.hpp"

#include <algorithm>

namespace http {

namespace {

constexpr std::pair<std::string_view, std::string_view> security_headers[] = {
    {"Strict-Transport-Security", "max-age=31536000; includeSubDomains"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"X-XSS-Protection", "0"},
    {"Referrer-Policy", "strict-origin-when-cross-origin"},
    {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"},
};

bool is_listed(server::Config const& config, std::string_view origin)
{
    return origin == config.public_base_url ||
           std::ranges::find(config.cors_allowed_origins, origin) !=
               config.cors_allowed_origins.end();
}

} // namespace

bool has_header(Headers const& headers, std::string_view name)
{
    return std::ranges::find(headers, name, &Header::first) != headers.end();
}

void add_security_headers(Headers& headers)
{
    for (auto const& [name, value] : security_headers)
        if (!has_header(headers, name))
            headers.emplace_back(name, value);
}

void add_cors_headers(
    Headers& headers, server::Config const& config, std::string_view origin, bool preflight
)
{
    if (origin.empty() || has_header(headers, "Access-Control-Allow-Origin"))
        return;
    headers.emplace_back("Vary", "Origin");
    if (!is_listed(config, origin))
        return;
    headers.emplace_back("Access-Control-Allow-Origin", origin);
    headers.emplace_back("Access-Control-Allow-Credentials", "true");
    headers.emplace_back(
        "Access-Control-Expose-Headers",
        "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, X-Request-Id, "
        "Idempotent-Replayed"
    );
    if (!preflight)
        return;
    headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS");
    headers.emplace_back(
        "Access-Control-Allow-Headers",
        "Content-Type, Authorization, Idempotency-Key, X-CSRF-Token, Last-Event-ID"
    );
    headers.emplace_back("Access-Control-Max-Age", "600");
}

std::string error_body(ApiError const& error, std::string_view request_id)
{
    return write_view(ErrorView{
                          error.message, error.code, std::string{request_id},
                          std::string{reason_phrase(error.status)}, error.status})
        .text;
}

} // namespace http
