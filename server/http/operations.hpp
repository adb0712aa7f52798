// What the route table cannot tell of an operation: the parameters it reads beside the path and the
// refusals it gives beside those that follow from its route. A line an operation, kept true by
// tests: a parameter that is not declared cannot be read, and no other refusal passes them.
#pragma once

#include "server/http/error.hpp"
#include "server/http/schema.hpp"

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace http {

struct Parameter
{
    std::string_view name;
    std::string_view about;
    boost::json::object (*schema)(Schemas&); // of its wire type
    bool in_header = false;                  // or else in the query
};

struct OperationRefusal
{
    ApiError (*make)(); // by its named constructor, so that status and code are what is thrown
    bool has_message;   // its sentence is always the same
    std::string_view when;
};

struct Declaration
{
    std::string_view handler; // "create_agent"
    std::string_view group;   // the resource it is shown with
    std::initializer_list<Parameter> parameters{};
    std::initializer_list<OperationRefusal> refusals{};
    std::string_view content_type{}; // of a Document
};

std::span<Declaration const> declarations();

// Every group once, in the order of the lines.
std::vector<std::string_view> operation_groups();

// Throws std::logic_error when the operation has no line.
Declaration const& find_declaration(std::string_view handler);

template<class T> constexpr Parameter query(std::string_view name, std::string_view about)
{
    return {name, about, [](Schemas& schemas) { return schemas.of<T>(); }};
}

template<class T> constexpr Parameter header(std::string_view name, std::string_view about)
{
    return {name, about, [](Schemas& schemas) { return schemas.of<T>(); }, true};
}

template<class... Arguments> ApiError sample(ApiError (*make)(Arguments...))
{
    return make(std::remove_cvref_t<Arguments>{}...);
}

template<class... Arguments> constexpr bool takes_nothing(ApiError (*)(Arguments...))
{
    return sizeof...(Arguments) == 0;
}

// refused<not_found>("unknown or foreign")
template<auto Make> constexpr OperationRefusal refused(std::string_view when)
{
    return {[] { return sample(Make); }, takes_nothing(Make), when};
}

} // namespace http
