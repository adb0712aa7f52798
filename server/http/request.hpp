// What a handler sees of a request: the message, who asks, the database to use, the time.
#pragma once

#include "server/http/message.hpp"
#include "server/http/parse_json.hpp"
#include "server/turn.hpp"
#include "server/usage_of_batch.hpp"
#include "storage/developers.hpp"
#include "storage/page.hpp"
#include "storage/principal_sessions.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

// Percent-decoded; nothing when an escape is malformed or the result is not valid for `plus`.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

// name=value pairs of a query string or a form, decoded. Malformed escapes are kept as they are.
std::vector<std::pair<std::string, std::string>> parse_pairs(std::string_view text);

struct Declaration;

struct PathParameter
{
    std::string_view name; // of the route's pattern
    std::string value;     // decoded
};

enum class LargeSize : std::uint8_t
{
    refused,
    reduced
};

struct Request : server::Turn
{
    Message const& message;
    std::string id;             // X-Request-Id
    boost::json::object body{}; // parsed; empty when there was none
    NumberTexts number_texts{}; // of the numbers that are its members
    std::optional<storage::Developer> developer{};
    std::optional<storage::PrincipalSession> session{};
    std::vector<PathParameter> path_parameters{};
    std::vector<std::pair<std::string, std::string>> query_parameters{};
    Declaration const* declaration = nullptr; // of the operation (operations.hpp)
    std::optional<server::Usage> used{};      // what it adds to a developer's day
    std::string agent_id{}; // set by handlers that found it: the agent it is about, for the metrics

    // The developer whose key was presented; only on routes that require one.
    [[nodiscard]] storage::Developer const& caller() const { return developer.value(); }

    // The person whose session was presented; only on routes that require one.
    [[nodiscard]] storage::PrincipalSession const& principal() const { return session.value(); }

    [[nodiscard]] std::string const& path(std::string_view name) const;

    // Nothing when absent. Throws ApiError when a parameter is given twice, and std::logic_error
    // when the operation does not declare that it reads it.
    [[nodiscard]] std::optional<std::string> query(std::string_view name) const;

    // A parameter that is a number from 1 on: bad values fall back, large ones are clamped.
    [[nodiscard]] std::int64_t
    positive(std::string_view name, std::int64_t fallback, std::int64_t max) const;

    // `page` and `pageSize`: bad values fall back to the default, large ones are clamped.
    [[nodiscard]] storage::Page page(std::int64_t size_max) const;
    // The same with a default of its own and small sizes clamped as well.
    [[nodiscard]] storage::Page page(std::int64_t size_max, std::int64_t size_default) const;

    // The same, but a number that is none or below 1 is refused; a size beyond its bound is refused
    // or reduced to it. Empty counts as absent.
    [[nodiscard]] storage::Page exact_page(
        std::int64_t size_max, std::int64_t size_default, LargeSize large = LargeSize::refused
    ) const;

    // `limit`: brought into 1 to `max`; `fallback` when it is no whole number.
    [[nodiscard]] std::int64_t limit(std::int64_t max, std::int64_t fallback) const;

    [[nodiscard]] std::optional<std::string> cookie(std::string_view name) const;
};

} // namespace http
