// From described structs to the JSON text of an answer. Members keep the order they are described
// in; an empty std::optional is left out, an empty Nullable is null.
#pragma once

#include "server/http/wire.hpp"
#include "storage/timestamp.hpp"

#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

#include <concepts>
#include <string>
#include <string_view>

namespace http {

struct WrittenView
{
    std::string text;
    // What is signed, when the view holds a token; its signature belongs wherever this stands.
    std::string unsigned_input;
};

void write_string(std::string& out, std::string_view text);

inline void write_value(WrittenView& out, std::string_view text)
{
    write_string(out.text, text);
}
inline void write_value(WrittenView& out, std::string const& text)
{
    write_string(out.text, text);
}
inline void write_value(WrittenView& out, char const* text)
{
    write_string(out.text, text);
}
inline void write_value(WrittenView& out, bool value)
{
    out.text += value ? "true" : "false";
}
inline void write_value(WrittenView& out, std::integral auto value)
{
    out.text += std::to_string(value);
}
void write_value(WrittenView& out, storage::Timestamp time);
inline void write_value(WrittenView& out, rules::Amount amount) // a string
{
    write_string(out.text, rules::amount_text(amount));
}
void write_value(WrittenView& out, RawJson const& json); // throws rules::StoredJsonBroken
void write_value(WrittenView& out, UnsignedToken const& token);
void write_value(WrittenView& out, UnsignedTokenLink const& link);

template<class T>
requires boost::describe::has_describe_members<T>::value void
write_value(WrittenView& out, T const& view);

template<class T> void write_value(WrittenView& out, std::vector<T> const& items)
{
    out.text += '[';
    for (auto const& item : items) {
        if (out.text.back() != '[')
            out.text += ',';
        write_value(out, item);
    }
    out.text += ']';
}
template<class T> void write_value(WrittenView& out, Nullable<T> const& nullable)
{
    if (nullable.value)
        write_value(out, *nullable.value);
    else
        out.text += "null";
}

template<class T> void write_member(WrittenView& out, std::string_view name, T const& value)
{
    if (out.text.back() != '{')
        out.text += ',';
    out.text += '"';
    out.text += name;
    out.text += "\":";
    write_value(out, value);
}
template<class T>
void write_member(WrittenView& out, std::string_view name, std::optional<T> const& value)
{
    if (value)
        write_member(out, name, *value);
}

template<class T>
requires boost::describe::has_describe_members<T>::value void
write_value(WrittenView& out, T const& view)
{
    out.text += '{';
    // Members of base structs come first.
    boost::mp11::mp_for_each<boost::describe::describe_members<
        T, boost::describe::mod_public | boost::describe::mod_inherited>>([&](auto member) {
        write_member(out, wire_name<T>(member.name), view.*member.pointer);
    });
    out.text += '}';
}

template<class View> WrittenView write_view(View const& view)
{
    WrittenView out;
    write_value(out, view);
    return out;
}

} // namespace http
