#include "server/rules/did.hpp"

#include <algorithm>
#include <charconv>

namespace rules {

namespace {

constexpr std::size_t host_bytes_max = 253; // RFC 1035 2.3.4, as text

bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// DID Core 3.1: idchar = ALPHA / DIGIT / "." / "-" / "_" / pct-encoded; our ids need no escapes.
bool is_id_character(char c)
{
    return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_';
}

// RFC 1123 2.1
bool is_label(std::string_view label)
{
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool is_port(std::string_view text)
{
    unsigned port = 0;
    auto const [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
    return fault == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

} // namespace

std::optional<std::string_view> agent_id_of(std::string_view did)
{
    constexpr std::string_view method = "did:grantex:";
    if (!did.starts_with(method))
        return {};
    auto const id = did.substr(method.size());
    if (id.empty() || !std::ranges::all_of(id, is_id_character))
        return {};
    return id;
}

bool is_web_domain(std::string_view text)
{
    auto const colon = text.find(':');
    if (colon != std::string_view::npos && !is_port(text.substr(colon + 1)))
        return false;
    auto host = text.substr(0, colon);
    if (host.size() > host_bytes_max)
        return false;
    for (auto dot = host.find('.'); dot != std::string_view::npos; dot = host.find('.')) {
        if (!is_label(host.substr(0, dot)))
            return false;
        host.remove_prefix(dot + 1);
    }
    return is_label(host);
}

// did:web 2.5.1: "If a port is present a colon splits the host and the port, and it MUST be
// percent-encoded to prevent a conflict with paths." Brackets of IPv6 are no idchar either.
std::string web_did(std::string_view host)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string did = "did:web:";
    for (auto const c : host) {
        if (is_id_character(c)) {
            did += c;
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        did += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
    return did;
}

} // namespace rules
