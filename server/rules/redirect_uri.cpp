#include "server/rules/redirect_uri.hpp"

#include "server/rules/host_address.hpp"

#include <algorithm>
#include <array>

namespace rules {

namespace {

// The parts of an absolute http(s) URI, as written.
struct Uri
{
    bool secure = false;
    std::string_view authority, host, port; // host with brackets, port without the colon
    bool has_port = false;
    std::string_view query;
};

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text)
{
    std::string lowered{text};
    std::ranges::transform(lowered, lowered.begin(), [](char c) { return lower(c); });
    return lowered;
}

bool skip_scheme(std::string_view& uri, std::string_view scheme)
{
    if (lower(uri.substr(0, scheme.size())) != scheme)
        return false;
    uri.remove_prefix(scheme.size());
    return true;
}

// RFC 3986 section 3 for the two schemes with an authority; nothing for any other URI. Only cuts:
// what the parts may hold is for redirect_uri_fault to say.
std::optional<Uri> split(std::string_view uri)
{
    Uri parts;
    parts.secure = skip_scheme(uri, "https://");
    if (!parts.secure && !skip_scheme(uri, "http://"))
        return std::nullopt;

    parts.authority = uri.substr(0, uri.find_first_of("/?#"));
    auto const port_at = parts.authority.starts_with('[')
                             ? parts.authority.find(':', parts.authority.find(']'))
                             : parts.authority.find(':');
    parts.host = parts.authority.substr(0, port_at);
    parts.has_port = port_at != std::string_view::npos;
    if (parts.has_port)
        parts.port = parts.authority.substr(port_at + 1);
    if (auto const mark = uri.find('?'); mark != std::string_view::npos)
        parts.query = uri.substr(mark + 1, uri.find('#', mark) - mark - 1);
    return parts;
}

int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool percent_encoding_is_whole(std::string_view text)
{
    for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
        if (at + 2 >= text.size() || hex_value(text[at + 1]) < 0 || hex_value(text[at + 2]) < 0)
            return false;
    return true;
}

// A parameter's name as the receiver will read it, so that `c%6Fde` is `code`.
std::string decoded_name(std::string_view parameter)
{
    auto const name = parameter.substr(0, parameter.find('='));
    std::string decoded;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '%' && percent_encoding_is_whole(name.substr(i, 3))) {
            decoded += static_cast<char>(hex_value(name[i + 1]) * 16 + hex_value(name[i + 2]));
            i += 2;
        } else {
            decoded += name[i] == '+' ? ' ' : name[i];
        }
    }
    return decoded;
}

std::optional<std::string> characters_fault(std::string_view uri)
{
    for (auto c : uri) {
        if (c <= ' ' || c >= 0x7F) // plain char is signed here: bytes above 0x7F are below ' '
            return "The redirect URI must not contain spaces, control characters or characters "
                   "outside ASCII.";
        if (c == '\\')
            return "The redirect URI must not contain a backslash.";
        // RFC 3986 appendix A has no place for these. Square brackets have none in a query either,
        // but `list[]=` is too common to refuse.
        if (std::string_view{"\"<>^`{|}"}.find(c) != std::string_view::npos)
            return "The redirect URI contains a character that must be percent-encoded.";
    }
    if (uri.find('#') != std::string_view::npos)
        return "The redirect URI must not have a fragment.";
    if (!percent_encoding_is_whole(uri))
        return "The redirect URI contains a percent sign that encodes nothing.";
    return std::nullopt;
}

bool is_port(std::string_view port)
{
    if (port.empty() || port.size() > 5 || port.front() == '0')
        return false;
    auto value = 0;
    for (auto c : port) {
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    return value <= 65535;
}

// RFC 9700 4.1.3: parameters of the answer in the registered URI would let its owner forge one.
bool has_reserved_parameter(std::string_view query)
{
    constexpr std::array<std::string_view, 4> reserved{"code", "state", "error", "iss"};
    while (!query.empty()) {
        // Some receivers still split at semicolons.
        auto const end = query.find_first_of("&;");
        if (std::ranges::find(reserved, decoded_name(query.substr(0, end))) != reserved.end())
            return true;
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    }
    return false;
}

std::string percent_encoded(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (auto c : text) {
        auto const byte = static_cast<unsigned char>(c);
        // RFC 3986 2.3, the unreserved characters.
        if ((lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
            c == '.' || c == '_' || c == '~')
        {
            encoded += c;
        } else {
            encoded += '%';
            encoded += digits[byte >> 4];
            encoded += digits[byte & 0xF];
        }
    }
    return encoded;
}

} // namespace

std::optional<std::string> redirect_uri_fault(std::string_view uri, RedirectUriRules const& rules)
{
    if (uri.size() > 2048)
        return "The redirect URI must not be longer than 2048 characters.";
    if (auto fault = characters_fault(uri))
        return fault;
    auto const parts = split(uri);
    if (!parts)
        return "The redirect URI must be an absolute https or http URL.";
    // Several `@` as well: readers disagree about which of them ends the user info.
    if (parts->authority.find('@') != std::string_view::npos)
        return "The redirect URI must not contain a user name or password.";
    if (parts->host.empty())
        return "The redirect URI must have a host.";
    auto const host = host_kind(parts->host);
    if (host == HostKind::invalid)
        return "The host of the redirect URI is not a valid domain name or address.";
    if (parts->has_port && !is_port(parts->port))
        return "The port of the redirect URI must be a number from 1 to 65535.";
    if (has_reserved_parameter(parts->query))
        return "The redirect URI must not contain the parameters code, state, error or iss.";

    // S-058. Loopback addresses stay on the person's own machine (RFC 8252 7.3).
    auto const own_machine = host == HostKind::loopback && rules.allow_loopback_http;
    if (!rules.live || own_machine)
        return std::nullopt;
    if (!parts->secure)
        return "The redirect URI must use https.";
    if (host != HostKind::external)
        return "The redirect URI must not point to a private or local host.";
    return std::nullopt;
}

std::string redirect_with(
    std::string_view uri, std::span<std::pair<std::string_view, std::string_view> const> parameters
)
{
    auto const set_now = [&](std::string_view parameter) {
        return std::ranges::find(
                   parameters, decoded_name(parameter),
                   &std::pair<std::string_view, std::string_view>::first
               ) != parameters.end();
    };
    auto const mark = uri.find('?');
    std::string target{uri.substr(0, mark)};
    auto separator = '?';
    auto const append = [&](std::string_view parameter) {
        target += separator;
        target += parameter;
        separator = '&';
    };

    auto rest = mark == std::string_view::npos ? std::string_view{} : uri.substr(mark + 1);
    for (auto more = !rest.empty(); more;) {
        auto const end = rest.find('&');
        if (auto const parameter = rest.substr(0, end); !set_now(parameter))
            append(parameter);
        more = end != std::string_view::npos;
        rest.remove_prefix(more ? end + 1 : 0);
    }
    for (auto const& [name, value] : parameters)
        append(percent_encoded(name) + '=' + percent_encoded(value));
    return target;
}

std::string redirect_host(std::string_view uri)
{
    auto const parts = split(uri);
    return parts ? lower(parts->authority) : std::string{};
}

std::string redirect_origin(std::string_view uri)
{
    auto const parts = split(uri);
    if (!parts)
        return {};
    auto origin = (parts->secure ? "https://" : "http://") + lower(parts->host);
    // RFC 6454 6.2: the default port is not part of an origin.
    if (parts->has_port && parts->port != (parts->secure ? "443" : "80"))
        origin += ':' + std::string{parts->port};
    return origin;
}

} // namespace rules
