#include "server/rules/domain_name.hpp"

#include "server/rules/host_address.hpp"
#include "server/rules/trimmed.hpp"

#include <idn2.h>

#include <algorithm>
#include <memory>

namespace rules {

namespace {

constexpr std::size_t domain_bytes_max = 253;

std::optional<std::string> ascii_form(std::string const& text)
{
    char* found = nullptr;
    auto const status = idn2_to_ascii_8z(
        text.c_str(), &found, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT | IDN2_USE_STD3_ASCII_RULES
    );
    std::unique_ptr<char, decltype(&idn2_free)> const owned{found, &idn2_free};
    return status == IDN2_OK ? std::optional<std::string>{found} : std::nullopt;
}

} // namespace

std::optional<std::string> normal_domain(std::string_view text)
{
    auto name = trimmed(text);
    if (name.ends_with('.'))
        name.remove_suffix(1);
    // libidn2 would drop what no host name may have, such as "://", instead of refusing it.
    auto const fits = [](char c) {
        auto const is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        auto const is_ascii = static_cast<unsigned char>(c) < 0x80;
        return !is_ascii || is_letter || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    if (name.empty() || name.size() > 4 * domain_bytes_max || !std::ranges::all_of(name, fits))
        return {};
    auto domain = ascii_form(std::string{name});
    if (!domain || domain->size() > domain_bytes_max || domain->find('.') == std::string::npos)
        return {};
    std::ranges::transform(*domain, domain->begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    // Addresses, numbers that stand for one, and labels that no host can have.
    auto const kind = host_kind(*domain);
    return kind == HostKind::invalid || kind == HostKind::loopback ||
                   domain->find_first_not_of("0123456789.") == std::string::npos
               ? std::nullopt
               : domain;
}

} // namespace rules
