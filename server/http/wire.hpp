// The types of request bodies and answers: described structs (Boost.Describe) whose members carry
// their own bounds, so that parsing, messages and the served schema say the same.
#pragma once

#include "server/rules/amount.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

// Text of Min to Max characters (code points). U+0000 is refused everywhere.
template<std::size_t Min, std::size_t Max> struct Text : std::string
{
    static constexpr std::size_t characters_min = Min, characters_max = Max;
    static constexpr bool one_line = false;
    using std::string::string;
};

// As Text, but without control characters.
template<std::size_t Min, std::size_t Max> struct Line : std::string
{
    static constexpr std::size_t characters_min = Min, characters_max = Max;
    static constexpr bool one_line = true;
    using std::string::string;
};

template<std::int64_t Min, std::int64_t Max> struct Integer
{
    static constexpr std::int64_t min = Min, max = Max;
    std::int64_t value = 0;
};

// At least Min, at most Max items.
template<class Item, std::size_t Min, std::size_t Max> struct List : std::vector<Item>
{
    static constexpr std::size_t items_min = Min, items_max = Max;
    using std::vector<Item>::vector;

    [[nodiscard]] std::vector<std::string> strings() const { return {this->begin(), this->end()}; }
};

// A word as a template argument: OneOf<"live", "sandbox">.
template<std::size_t Size> struct Word
{
    std::array<char, Size> characters{};
    consteval Word(char const (&text)[Size])
    {
        std::copy_n(text, Size, characters.begin());
    } // NOLINT
    [[nodiscard]] constexpr std::string_view view() const { return {characters.data(), Size - 1}; }
};

// One of these words. In an answer the server's own values are taken as they are.
template<Word... Words> struct OneOf : std::string
{
    static constexpr std::array<std::string_view, sizeof...(Words)> words{Words.view()...};
    OneOf() = default;
    OneOf(std::string word) : std::string(std::move(word)) {} // NOLINT: converts by intent
    OneOf(char const* word) : std::string(word) {}            // NOLINT
};

// A scope as createAuthorization takes it (rules/scopes.hpp says which strings are).
struct Scope : std::string
{
    using std::string::string;
};

// An amount of money as bodies have it: a JSON number, or the same as a decimal string
// (rules/amount.hpp says which ones are). Only as a member of the body itself.
struct AmountInput
{
    rules::Amount value;
};

// 3 to 10 letters or digits, kept in upper case. A label: nothing is converted.
struct Currency : std::string
{
    using std::string::string;
};

// A member of a PATCH: absent leaves the value as it is, null clears it.
template<class T> struct Clearable
{
    bool given = false;
    std::optional<T> value;
};

// A member of an answer that is present and null when there is no value. An std::optional member is
// left out instead.
template<class T> struct Nullable
{
    std::optional<T> value;
    Nullable() = default;
    Nullable(std::optional<T> given) : value(std::move(given)) {} // NOLINT: converts by intent
};

// JSON text that is already written, such as an audit entry's metadata.
struct RawJson
{
    std::string text = "{}";
};

// A token whose signature is still being made: the bytes that are signed. In the answer's text its
// place is kept; the dispatcher puts the signature there (design, idea 3).
struct UnsignedToken
{
    std::string input; // header.payload
};

// The same token as the end of a link.
struct UnsignedTokenLink
{
    std::string prefix; // a URL of ours, up to the token
    std::string input;
};

// The name of a view's member in the answer: its own, unless the view has a function of this name,
// for names that are none in C++ ("@context").
template<class View> constexpr std::string_view wire_name(std::string_view member)
{
    if constexpr (requires { View::wire_name(member); })
        return View::wire_name(member);
    else
        return member;
}

} // namespace http
