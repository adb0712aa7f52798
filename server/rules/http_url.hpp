// An absolute http or https URL, taken apart for the one who sends a request to it (RFC 3986).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rules {

struct HttpUrl
{
    bool tls = false;
    std::string host; // lower case; an IPv6 address without its brackets
    std::uint16_t port = 0;
    std::string authority; // of the Host header: the port only when it is not the scheme's own
    std::string target;    // path and query; starts with '/', has no fragment
    bool has_userinfo = false;

    bool operator==(HttpUrl const&) const = default;
};

// Nothing when the text is no such URL, or its host is no host (host_address.hpp).
std::optional<HttpUrl> parse_http_url(std::string_view text);

} // namespace rules
