#include "server/rules/http_url.hpp"

#include "server/rules/host_address.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace rules {

std::optional<HttpUrl> parse_http_url(std::string_view text)
{
    auto const parsed = boost::urls::parse_uri(text);
    if (!parsed)
        return {};
    auto const& url = *parsed;
    HttpUrl parts;
    parts.tls = url.scheme_id() == boost::urls::scheme::https;
    if (!parts.tls && url.scheme_id() != boost::urls::scheme::http)
        return {};

    // Where a browser would decode `%6c`, this refuses: no name needs it.
    std::string spelled{std::string_view{url.encoded_host()}};
    std::ranges::transform(spelled, spelled.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (host_kind(spelled) == HostKind::invalid)
        return {};
    parts.host = spelled.starts_with('[') ? spelled.substr(1, spelled.size() - 2) : spelled;

    std::uint16_t const usual = parts.tls ? 443 : 80;
    parts.port = usual;
    if (url.has_port() && !url.port().empty()) {
        parts.port = url.port_number();
        if (parts.port == 0) // also what Boost gives for numbers beyond 65535
            return {};
    }
    parts.authority = spelled;
    if (parts.port != usual)
        parts.authority += ":" + std::to_string(parts.port);

    parts.target = std::string{std::string_view{url.encoded_path()}};
    if (parts.target.empty())
        parts.target = "/";
    if (parts.target.front() != '/') // Boost 1.81 reads host:80:80 as a path after the port
        return {};
    if (url.has_query())
        parts.target += "?" + std::string{std::string_view{url.encoded_query()}};
    parts.has_userinfo = url.has_userinfo();
    return parts;
}

} // namespace rules
