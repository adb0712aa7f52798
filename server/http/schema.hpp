// From described structs to JSON Schema (draft 2020-12, as OpenAPI 3.1 uses it): the same types and
// bounds by which bodies are read and answers are written.
#pragma once

#include "server/http/wire.hpp"
#include "storage/timestamp.hpp"

#include <boost/describe/members.hpp>
#include <boost/json/object.hpp>
#include <boost/mp11/algorithm.hpp>

#include <concepts>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace http {

class Schemas;

// make(schemas) gives the schema of a wire type; one specialisation for each of them.
template<class T> struct SchemaOf;

// Components of a document: every struct stands there once, by its name, and is referred to.
class Schemas
{
public:
    template<class T> boost::json::object of() { return SchemaOf<T>::make(*this); }

    // {"$ref": "#/components/schemas/Agent"}. `fill` makes the schema when it is met first. Throws
    // std::logic_error when two types would have the same name.
    template<class Fill>
    boost::json::object named(std::string const& name, std::string_view type, Fill fill)
    {
        if (begin(name, type))
            components_[name] = fill();
        return {{"$ref", "#/components/schemas/" + name}};
    }

    [[nodiscard]] boost::json::object const& components() const { return components_; }

private:
    bool begin(std::string const& name, std::string_view type); // false: it is there already

    boost::json::object components_;
    std::map<std::string, std::string_view, std::less<>> types_;
};

// "api::AgentView" -> "Agent", "api::CreateAgentBody" -> "CreateAgentRequest"; others stay as they
// are.
std::string schema_name(std::string_view type);

boost::json::object text_schema(std::size_t min, std::size_t max, bool one_line);
boost::json::object words_schema(std::span<std::string_view const> words);
boost::json::object scope_schema();
boost::json::object currency_schema();
boost::json::object amount_schema();
boost::json::object amount_input_schema();
boost::json::object timestamp_schema();
boost::json::object nullable_schema(boost::json::object schema);
boost::json::object array_schema(boost::json::object items);

template<class T> consteval std::string_view type_name()
{
    // "... [with T = api::AgentView; std::string_view = ...]"
    std::string_view const text = __PRETTY_FUNCTION__;
    auto const start = text.find("T = ") + 4;
    return text.substr(start, text.find_first_of(";]", start) - start);
}

template<> struct SchemaOf<bool>
{
    static boost::json::object make(Schemas&) { return {{"type", "boolean"}}; }
};
template<std::integral T> struct SchemaOf<T>
{
    static boost::json::object make(Schemas&) { return {{"type", "integer"}}; }
};
template<> struct SchemaOf<std::string>
{
    static boost::json::object make(Schemas&) { return {{"type", "string"}}; }
};
template<> struct SchemaOf<UnsignedToken> : SchemaOf<std::string>
{};
template<> struct SchemaOf<UnsignedTokenLink>
{
    static boost::json::object make(Schemas&) { return {{"type", "string"}, {"format", "uri"}}; }
};
template<> struct SchemaOf<boost::json::object>
{
    static boost::json::object make(Schemas&) { return {{"type", "object"}}; }
};
template<> struct SchemaOf<RawJson> : SchemaOf<boost::json::object>
{};
template<> struct SchemaOf<Scope>
{
    static boost::json::object make(Schemas&) { return scope_schema(); }
};
template<> struct SchemaOf<Currency>
{
    static boost::json::object make(Schemas&) { return currency_schema(); }
};
template<> struct SchemaOf<rules::Amount>
{
    static boost::json::object make(Schemas&) { return amount_schema(); }
};
template<> struct SchemaOf<AmountInput>
{
    static boost::json::object make(Schemas&) { return amount_input_schema(); }
};
template<> struct SchemaOf<storage::Timestamp>
{
    static boost::json::object make(Schemas& schemas)
    {
        return schemas.named("Timestamp", "Timestamp", timestamp_schema);
    }
};
template<std::size_t Min, std::size_t Max> struct SchemaOf<Text<Min, Max>>
{
    static boost::json::object make(Schemas&) { return text_schema(Min, Max, false); }
};
template<std::size_t Min, std::size_t Max> struct SchemaOf<Line<Min, Max>>
{
    static boost::json::object make(Schemas&) { return text_schema(Min, Max, true); }
};
template<std::int64_t Min, std::int64_t Max> struct SchemaOf<Integer<Min, Max>>
{
    static boost::json::object make(Schemas&)
    {
        return {{"type", "integer"}, {"minimum", Min}, {"maximum", Max}};
    }
};
template<Word... Words> struct SchemaOf<OneOf<Words...>>
{
    static boost::json::object make(Schemas&) { return words_schema(OneOf<Words...>::words); }
};
template<class Item, std::size_t Min, std::size_t Max> struct SchemaOf<List<Item, Min, Max>>
{
    static boost::json::object make(Schemas& schemas)
    {
        auto schema = array_schema(schemas.of<Item>());
        if (Min > 0)
            schema["minItems"] = Min;
        schema["maxItems"] = Max;
        return schema;
    }
};
template<class Item> struct SchemaOf<std::vector<Item>>
{
    static boost::json::object make(Schemas& schemas) { return array_schema(schemas.of<Item>()); }
};
template<class T> struct SchemaOf<Nullable<T>>
{
    static boost::json::object make(Schemas& schemas) { return nullable_schema(schemas.of<T>()); }
};
template<class T> struct SchemaOf<Clearable<T>> : SchemaOf<Nullable<T>>
{};
// Left out of an answer when there is none; in a body null counts as absent.
template<class T> struct SchemaOf<std::optional<T>> : SchemaOf<T>
{};

template<class T> constexpr bool may_be_absent = false;
template<class T> constexpr bool may_be_absent<std::optional<T>> = true;
template<class T> constexpr bool may_be_absent<Clearable<T>> = true;

template<class T>
requires boost::describe::has_describe_members<T>::value struct SchemaOf<T>
{
    static boost::json::object make(Schemas& schemas)
    {
        return schemas.named(schema_name(type_name<T>()), type_name<T>(), [&] {
            boost::json::array required;
            boost::json::object properties;
            // Members of base structs come first, as they do when they are written.
            boost::mp11::mp_for_each<boost::describe::describe_members<
                T, boost::describe::mod_public | boost::describe::mod_inherited>>([&](auto member) {
                using Member = std::remove_cvref_t<decltype(std::declval<T>().*member.pointer)>;
                auto const name = wire_name<T>(member.name);
                properties[name] = schemas.of<Member>();
                if (!may_be_absent<Member>)
                    required.emplace_back(name);
            });
            boost::json::object schema{{"type", "object"}};
            if (!required.empty())
                schema["required"] = std::move(required);
            if constexpr (requires { T::members_min; }) // some member must be there, whichever
                schema["minProperties"] = T::members_min;
            schema["properties"] = std::move(properties);
            return schema;
        });
    }
};

} // namespace http
