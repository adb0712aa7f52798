#include "server/http/request.hpp"

#include "server/http/error.hpp"
#include "server/http/operations.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace http {

namespace {

int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

// So that the offset of a page cannot overflow.
constexpr std::int64_t bound = 1'000'000'000;

// Nothing when it is no whole number; one beyond the bound is the bound.
std::optional<std::int64_t> whole_number(std::optional<std::string> const& text)
{
    std::int64_t value = 0;
    if (!text)
        return {};
    auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error == std::errc::invalid_argument || end != text->data() + text->size())
        return {};
    if (error == std::errc::result_out_of_range)
        return text->starts_with('-') ? -bound : bound;
    return std::clamp(value, -bound, bound);
}

std::int64_t positive_or(std::optional<std::string> const& text, std::int64_t fallback)
{
    auto const value = whole_number(text);
    return value && *value >= 1 ? *value : fallback;
}

std::int64_t
exact_number(Request const& request, char const* name, std::int64_t max, std::int64_t fallback)
{
    auto const text = request.query(name);
    if (!text || text->empty())
        return fallback;
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc{} || end != text->data() + text->size() || value < 1 || value > max)
        throw bad_request(
            std::string{name} + " must be a whole number from 1 to " + std::to_string(max)
        );
    return value;
}

void check_declared(Declaration const& declaration, std::string_view name)
{
    auto const& declared = declaration.parameters;
    if (std::ranges::find(declared, name, &Parameter::name) == declared.end())
        throw std::logic_error(
            std::string{declaration.handler} + " reads the parameter " + std::string{name} +
            " without declaring it in server/http/operations.cpp"
        );
}

} // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space)
{
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            decoded += ' ';
        } else if (text[i] != '%') {
            decoded += text[i];
        } else {
            auto const high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
            auto const low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return {};
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return decoded;
}

std::vector<std::pair<std::string, std::string>> parse_pairs(std::string_view text)
{
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!text.empty()) {
        auto const end = text.find('&');
        auto const pair = text.substr(0, end);
        auto const equals = pair.find('=');
        auto const name = pair.substr(0, equals);
        auto const value =
            equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
        if (!pair.empty())
            pairs.emplace_back(
                percent_decode(name, true).value_or(std::string{name}),
                percent_decode(value, true).value_or(std::string{value})
            );
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return pairs;
}

std::string const& Request::path(std::string_view name) const
{
    // A name that is not in the route's pattern is a programming error.
    return std::ranges::find(path_parameters, name, &PathParameter::name)->value;
}

std::optional<std::string> Request::query(std::string_view name) const
{
    check_declared(*declaration, name);
    std::optional<std::string> found;
    for (auto const& [key, value] : query_parameters) {
        if (key != name)
            continue;
        if (found)
            throw bad_request("Give the query parameter " + std::string{name} + " only once");
        found = value;
    }
    return found;
}

std::int64_t Request::positive(std::string_view name, std::int64_t fallback, std::int64_t max) const
{
    return std::min(positive_or(query(name), fallback), max);
}

storage::Page Request::page(std::int64_t size_max) const
{
    return {
        .number = positive_or(query("page"), 1), .size = positive("pageSize", size_max, size_max)};
}

storage::Page Request::page(std::int64_t size_max, std::int64_t size_default) const
{
    auto const size = whole_number(query("pageSize")).value_or(size_default);
    return {
        .number = positive_or(query("page"), 1),
        .size = std::clamp<std::int64_t>(size, 1, size_max)};
}

storage::Page
Request::exact_page(std::int64_t size_max, std::int64_t size_default, LargeSize large) const
{
    auto const size = exact_number(
        *this, "pageSize", large == LargeSize::reduced ? bound : size_max, size_default
    );
    return {.number = exact_number(*this, "page", bound, 1), .size = std::min(size, size_max)};
}

std::int64_t Request::limit(std::int64_t max, std::int64_t fallback) const
{
    return std::clamp<std::int64_t>(whole_number(query("limit")).value_or(fallback), 1, max);
}

std::optional<std::string> Request::cookie(std::string_view name) const
{
    for (auto const& [header, text] : message.headers) {
        if (header != "cookie")
            continue;
        std::string_view rest{text};
        while (!rest.empty()) {
            auto const end = rest.find(';');
            auto pair = rest.substr(0, end);
            while (pair.starts_with(' '))
                pair.remove_prefix(1);
            if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
                return std::string{pair.substr(name.size() + 1)};
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        }
    }
    return {};
}

} // namespace http
