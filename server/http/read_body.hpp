// From JSON to described structs, with messages that name the member: `scopes[1] must be a string`.
// Unknown members are ignored; an explicit null counts as absent (core contract, "Request bodies").
#pragma once

#include "server/http/error.hpp"
#include "server/http/parse_json.hpp"
#include "server/http/wire.hpp"

#include <boost/describe/members.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>

#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace http {

void read_string(
    boost::json::value const& value, std::string const& path, std::size_t characters_min,
    std::size_t characters_max, bool one_line, std::string& out
);
std::int64_t read_integer(
    boost::json::value const& value, std::string const& path, std::int64_t min, std::int64_t max
);
bool read_boolean(boost::json::value const& value, std::string const& path);
void read_scope(boost::json::value const& value, std::string const& path, std::string& out);
void read_word(
    boost::json::value const& value, std::string const& path,
    std::span<std::string_view const> words, std::string& out
);
void read_currency(boost::json::value const& value, std::string const& path, std::string& out);
rules::Amount read_amount(
    boost::json::value const* value, std::string const& name, NumberTexts const& number_texts
);
boost::json::array const& read_array(
    boost::json::value const& value, std::string const& path, std::size_t min, std::size_t max
);
boost::json::object const& read_object(boost::json::value const& value, std::string const& path);

template<std::size_t Min, std::size_t Max>
void read_value(boost::json::value const& value, std::string const& path, Text<Min, Max>& out)
{
    read_string(value, path, Min, Max, false, out);
}
template<std::size_t Min, std::size_t Max>
void read_value(boost::json::value const& value, std::string const& path, Line<Min, Max>& out)
{
    read_string(value, path, Min, Max, true, out);
}
template<std::int64_t Min, std::int64_t Max>
void read_value(boost::json::value const& value, std::string const& path, Integer<Min, Max>& out)
{
    out.value = read_integer(value, path, Min, Max);
}
inline void read_value(boost::json::value const& value, std::string const& path, bool& out)
{
    out = read_boolean(value, path);
}
inline void read_value(boost::json::value const& value, std::string const& path, Scope& out)
{
    read_scope(value, path, out);
}
inline void read_value(boost::json::value const& value, std::string const& path, Currency& out)
{
    read_currency(value, path, out);
}
template<Word... Words>
void read_value(boost::json::value const& value, std::string const& path, OneOf<Words...>& out)
{
    read_word(value, path, OneOf<Words...>::words, out);
}
inline void
read_value(boost::json::value const& value, std::string const& path, boost::json::object& out)
{
    out = read_object(value, path);
}
template<class Item, std::size_t Min, std::size_t Max>
void read_value(boost::json::value const& value, std::string const& path, List<Item, Min, Max>& out)
{
    std::size_t index = 0;
    for (auto const& item : read_array(value, path, Min, Max))
        read_value(item, path + "[" + std::to_string(index++) + "]", out.emplace_back());
}

template<class Body>
void read_members(boost::json::object const& object, std::string const& path, Body& body);

template<class T>
requires boost::describe::has_describe_members<T>::value void
read_value(boost::json::value const& value, std::string const& path, T& out)
{
    read_members(read_object(value, path), path + ".", out);
}

template<class T> void read_member(boost::json::value const* value, std::string const& name, T& out)
{
    if (value == nullptr || value->is_null())
        throw bad_request(name + " is required");
    read_value(*value, name, out);
}
template<class T>
void read_member(boost::json::value const* value, std::string const& name, std::optional<T>& out)
{
    if (value != nullptr && !value->is_null())
        read_value(*value, name, out.emplace());
}

template<class T>
void read_member(boost::json::value const* value, std::string const& name, Clearable<T>& out)
{
    out.given = value != nullptr;
    if (value != nullptr && !value->is_null())
        read_value(*value, name, out.value.emplace());
}

// Members of base structs come first.
template<class Body>
void read_members(boost::json::object const& object, std::string const& path, Body& body)
{
    boost::mp11::mp_for_each<boost::describe::describe_members<
        Body, boost::describe::mod_public | boost::describe::mod_inherited>>([&](auto member) {
        read_member(object.if_contains(member.name), path + member.name, body.*member.pointer);
    });
}

// The body itself. An amount is read from the text of its number, which is known of these members
// only: inside another struct AmountInput does not compile.
template<class Body>
Body read_body(boost::json::object const& object, NumberTexts const& number_texts)
{
    Body body{};
    boost::mp11::mp_for_each<boost::describe::describe_members<
        Body, boost::describe::mod_public | boost::describe::mod_inherited>>([&](auto member) {
        auto const* const value = object.if_contains(member.name);
        auto& out = body.*member.pointer;
        if constexpr (std::is_same_v<std::remove_reference_t<decltype(out)>, AmountInput>)
            out.value = read_amount(value, member.name, number_texts);
        else
            read_member(value, member.name, out);
    });
    return body;
}

} // namespace http
