#include "server/http/strict.hpp"

#include "server/rules/network.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace http {

namespace {

using Fault = std::optional<Refusal>;
using ByteSet = std::array<bool, 256>;

constexpr std::size_t content_length_digits_max = 18; // fits 64 bits without a check for overflow

constexpr ByteSet bytes_of(std::string_view members)
{
    ByteSet set{};
    for (char const c : members)
        set[static_cast<unsigned char>(c)] = true;
    return set;
}

constexpr ByteSet byte_range(ByteSet set, unsigned first, unsigned last)
{
    for (unsigned byte = first; byte <= last; ++byte)
        set[byte] = true;
    return set;
}

constexpr ByteSet with_letters_and_digits(ByteSet set)
{
    return byte_range(byte_range(byte_range(set, '0', '9'), 'A', 'Z'), 'a', 'z');
}

constexpr ByteSet token_bytes = with_letters_and_digits(bytes_of("!#$%&'*+-.^_`|~"));
constexpr ByteSet value_bytes = byte_range(byte_range(bytes_of("\t"), 0x20, 0x7e), 0x80, 0xff);
constexpr ByteSet visible_bytes = byte_range({}, 0x21, 0x7e);
constexpr ByteSet digit_bytes = byte_range({}, '0', '9');
// Narrower than the reg-name of RFC 3986: no name a resolver knows has sub-delimiters or escapes.
constexpr ByteSet host_bytes = with_letters_and_digits(bytes_of("-._~"));

bool only(ByteSet const& allowed, std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return allowed[static_cast<unsigned char>(c)];
    });
}

constexpr char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower_case)
{
    return std::equal(
        text.begin(), text.end(), lower_case.begin(), lower_case.end(),
        [](char a, char b) { return lower(a) == b; }
    );
}

std::string_view trim(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Calls `visit` with each member of a comma-separated field of that name.
template<class Visit>
void for_each_member(Headers const& headers, std::string_view name, Visit visit)
{
    for (auto const& [own_name, value] : headers) {
        if (own_name != name)
            continue;
        for (std::string_view rest = value;;) {
            auto const comma = rest.find(',');
            visit(trim(rest.substr(0, comma)));
            if (comma == std::string_view::npos)
                break;
            rest.remove_prefix(comma + 1);
        }
    }
}

Fault check_target(std::string_view target)
{
    if (target.size() > target_bytes_max)
        return Refusal{414, "The request target is too long; send at most 8000 bytes."};
    if (!only(visible_bytes, target))
        return Refusal{400, "The request target must be visible ASCII; percent-encode the rest."};
    // RFC 9112 section 3.2: neither a proxy nor a tunnel, so only origin-form makes sense here.
    if (!target.starts_with('/'))
        return Refusal{400, "The request target must be a path that starts with '/'."};
    if (target.find('#') != std::string_view::npos)
        return Refusal{400, "The request target must not have a fragment."};
    return {};
}

Fault check_version(std::string_view version, Framing& framing)
{
    constexpr std::string_view name = "HTTP/";
    auto const digits = version.substr(std::min(name.size(), version.size()));
    if (!version.starts_with(name) || digits.size() != 3 || digits[1] != '.' ||
        !only(digit_bytes, digits.substr(0, 1)) || !only(digit_bytes, digits.substr(2)))
        return Refusal{400, "The request line must end in the protocol version, as in HTTP/1.1."};
    if (digits != "1.1" && digits != "1.0")
        return Refusal{505, "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
    framing.http_1_0 = digits == "1.0";
    return {};
}

// RFC 9112 section 3: exactly one space between the three parts.
Fault parse_request_line(std::string_view line, Message& message, Framing& framing)
{
    auto const first = line.find(' ');
    auto const last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return Refusal{400, "The request line must be a method, a target and a version."};
    auto const method = line.substr(0, first);
    auto const target = line.substr(first + 1, last - first - 1);
    if (!is_token(method))
        return Refusal{400, "The request method is not a token."};
    message.method = method;
    if (auto fault = check_version(line.substr(last + 1), framing))
        return fault;
    if (auto fault = check_target(target))
        return fault;
    message.target = target;
    return {};
}

// RFC 3986 section 3.2.2; nobody has seen a version beyond IPv6.
bool is_ip_literal(std::string_view text)
{
    return text.find(':') != std::string_view::npos && rules::parse_address(text).has_value();
}

bool is_host(std::string_view value)
{
    auto const host_end = value.starts_with('[') ? value.find(']') : value.find(':');
    auto host = value.substr(0, host_end);
    auto port = host_end == std::string_view::npos ? std::string_view{} : value.substr(host_end);
    if (value.starts_with('[')) {
        if (port.empty() || !is_ip_literal(host.substr(1)))
            return false;
        port.remove_prefix(1);
    } else if (!only(host_bytes, host)) {
        return false;
    }
    if (port.empty())
        return !host.empty();
    return !host.empty() && port.front() == ':' && port.size() <= 6 &&
           only(digit_bytes, port.substr(1));
}

// RFC 9112 section 3.2: a request without exactly one valid Host is answered 400.
Fault check_host(Message const& message, Framing const& framing)
{
    auto const count = message.count_header("host");
    if (count == 0 && framing.http_1_0)
        return {};
    if (count != 1)
        return Refusal{400, "Send exactly one Host header."};
    if (!is_host(message.header("host")))
        return Refusal{400, "The Host header is not a host name with an optional port."};
    return {};
}

Fault check_transfer_encoding(Message const& message, Framing& framing)
{
    auto const count = message.count_header("transfer-encoding");
    if (count == 0)
        return {};
    // RFC 9112 section 6.1: HTTP/1.0 has no transfer codings, so a proxy may have framed it
    // otherwise; and next to Content-Length one of the two lies.
    if (framing.http_1_0)
        return Refusal{400, "HTTP/1.0 has no Transfer-Encoding; send Content-Length."};
    if (count > 1 || message.has_header("content-length"))
        return Refusal{400, "Send one Content-Length or one Transfer-Encoding, not more."};
    auto const value = message.header("transfer-encoding");
    framing.chunked = equals_ignoring_case(value, "chunked");
    if (framing.chunked)
        return {};
    // RFC 9112 section 6.3: without chunked as the last coding the length is unknown; with it, the
    // codings before are the ones that are not implemented.
    std::string_view last;
    for_each_member(message.headers, "transfer-encoding", [&](auto member) { last = member; });
    if (equals_ignoring_case(last, "chunked"))
        return Refusal{501, "The only transfer coding understood here is chunked."};
    return Refusal{400, "The only Transfer-Encoding understood here is chunked."};
}

// RFC 9112 section 6.3 would allow equal repeated lengths; two parties may still pick differently.
Fault check_content_length(Message const& message, Framing& framing)
{
    auto const count = message.count_header("content-length");
    if (count == 0)
        return {};
    auto const value = message.header("content-length");
    if (count > 1 || value.empty() || value.size() > content_length_digits_max ||
        !only(digit_bytes, value))
        return Refusal{400, "Content-Length must be given once, as a decimal number."};
    std::from_chars(value.data(), value.data() + value.size(), framing.content_length);
    return {};
}

void read_connection(Message const& message, Framing& framing)
{
    bool close = false;
    bool keep_alive = false;
    for_each_member(message.headers, "connection", [&](std::string_view option) {
        close = close || equals_ignoring_case(option, "close");
        keep_alive = keep_alive || equals_ignoring_case(option, "keep-alive");
    });
    // RFC 9112 section 9.3: HTTP/1.1 persists unless told otherwise, HTTP/1.0 only when asked to.
    framing.keep_alive = !close && (keep_alive || !framing.http_1_0);
}

// RFC 9110 section 10.1.1: HTTP/1.0 expectations are ignored, unknown ones are 417.
Fault check_expect(Message const& message, Framing& framing)
{
    if (framing.http_1_0)
        return {};
    bool unknown = false;
    for_each_member(message.headers, "expect", [&](std::string_view expectation) {
        framing.expects_continue = true;
        unknown = unknown || !equals_ignoring_case(expectation, "100-continue");
    });
    if (unknown)
        return Refusal{417, "The only expectation understood here is 100-continue."};
    return {};
}

} // namespace

bool is_token(std::string_view text)
{
    return !text.empty() && only(token_bytes, text);
}

bool is_field_value(std::string_view text)
{
    return only(value_bytes, text);
}

Line first_line(std::string_view input)
{
    auto const feed = input.find('\n');
    auto const line = input.substr(0, feed);
    auto const carriage_return = line.find('\r');
    bool const returns_last =
        carriage_return != std::string_view::npos && carriage_return + 1 == line.size();
    if (line.find('\0') != std::string_view::npos)
        return {Line::State::broken, {}};
    if (feed != std::string_view::npos) {
        // RFC 9112 section 2.2 lets a recipient take a bare LF; one that does can be made to see
        // other lines than the party in front of it.
        if (!returns_last)
            return {Line::State::broken, {}};
        return {Line::State::complete, line.substr(0, carriage_return)};
    }
    if (carriage_return != std::string_view::npos && !returns_last)
        return {Line::State::broken, {}};
    return {Line::State::partial, {}};
}

std::optional<Refusal>
find_head_end(std::string_view input, std::size_t bytes_max, std::size_t& scanned, std::size_t& end)
{
    // What lies beyond the bound is not looked at: whether it has arrived already is chance.
    input = input.substr(0, bytes_max + 1);
    for (;;) {
        auto const line = first_line(input.substr(scanned));
        if (line.state == Line::State::broken)
            return Refusal{400, "Lines of the request head must end in CRLF and have no NUL."};
        bool const complete = line.state == Line::State::complete;
        auto const next = complete ? scanned + line.text.size() + 2 : input.size();
        if (next > bytes_max && scanned == 0)
            return Refusal{414, "The request line is too long."};
        if (next > bytes_max)
            return Refusal{431, "The request headers are too large."};
        if (!complete)
            return {};
        scanned = next;
        if (line.text.empty()) {
            end = next;
            return {};
        }
    }
}

std::optional<Refusal> parse_field_line(std::string_view line, Headers& into)
{
    // RFC 9112 section 5.2: a continued line (obs-fold) is refused.
    if (line.starts_with(' ') || line.starts_with('\t'))
        return Refusal{400, "A header must not be continued on the next line."};
    auto const colon = line.find(':');
    // RFC 9112 section 5.1: no space before the colon; a space is not a token byte.
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
        return Refusal{400, "A header must be a name, a colon and a value."};
    auto const value = trim(line.substr(colon + 1));
    if (!is_field_value(value))
        return Refusal{400, "A header value must not have control characters."};
    auto& [name, text] = into.emplace_back(line.substr(0, colon), value);
    std::transform(name.begin(), name.end(), name.begin(), lower);
    return {};
}

std::optional<Refusal>
parse_head(std::string_view head, std::size_t header_count_max, Message& message, Framing& framing)
{
    auto const take_line = [&head] {
        auto const line = first_line(head).text;
        head.remove_prefix(std::min(line.size() + 2, head.size()));
        return line;
    };
    if (auto fault = parse_request_line(take_line(), message, framing))
        return fault;
    message.headers.reserve(16);
    for (auto line = take_line(); !line.empty(); line = take_line()) {
        if (message.headers.size() == header_count_max)
            return Refusal{431, "The request has too many headers."};
        if (auto fault = parse_field_line(line, message.headers))
            return fault;
    }
    if (auto fault = check_host(message, framing))
        return fault;
    if (auto fault = check_transfer_encoding(message, framing))
        return fault;
    if (auto fault = check_content_length(message, framing))
        return fault;
    read_connection(message, framing);
    return check_expect(message, framing);
}

} // namespace http
