// Redirect URIs: what may be registered or asked for, and the URL the browser is sent to
// (RFC 9700 4.1.3, core contract createAuthorization).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace rules {

struct RedirectUriRules
{
    bool live = true;                 // https only, and no private hosts
    bool allow_loopback_http = false; // http://127.0.0.1, http://[::1], http://localhost
};

// Nothing when the URI may be used; otherwise the sentence that says what is wrong with it.
// Refused: other than absolute http(s), no host, user info, fragment, backslash, control characters
// or spaces, a non-ASCII host, over 2048 bytes, reserved parameters (code, state, error, iss) in
// the query; in live mode http except loopback when allowed, and private or link-local address
// literals.
std::optional<std::string> redirect_uri_fault(std::string_view uri, RedirectUriRules const& rules);

// The URI with these query parameters set: others kept byte for byte, same-named ones replaced,
// values percent-encoded. The URI passed redirect_uri_fault before.
std::string redirect_with(
    std::string_view uri, std::span<std::pair<std::string_view, std::string_view> const> parameters
);

std::string redirect_host(std::string_view uri);   // "app.example.com", with port when one is given
std::string redirect_origin(std::string_view uri); // "https://app.example.com"

} // namespace rules
