#include "tests/support/json_schema.hpp"

#include "server/http/examples.hpp"
#include "tests/server/api/expect.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace support {

namespace {

using boost::json::object;
using boost::json::value;

std::string_view type_of(value const& value)
{
    switch (value.kind()) {
    case boost::json::kind::null:
        return "null";
    case boost::json::kind::bool_:
        return "boolean";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
        return "integer";
    case boost::json::kind::double_:
        return "number";
    case boost::json::kind::string:
        return "string";
    case boost::json::kind::array:
        return "array";
    case boost::json::kind::object:
        return "object";
    }
    return {};
}

bool contains(boost::json::array const& list, value const& one)
{
    return std::ranges::find(list, one) != list.end();
}

std::string members_fault(
    object const& value, object const& schema, object const& components, std::string where
)
{
    auto const* const properties = schema.if_contains("properties");
    if (properties == nullptr)
        return {}; // any object
    if (auto const* const required = schema.if_contains("required"))
        for (auto const& name : required->as_array())
            if (!value.contains(name.as_string()))
                return where + " lacks " + std::string{name.as_string()};
    for (auto const& [name, member] : value) {
        auto const* const of = properties->as_object().if_contains(name);
        auto const inner = where + "." + std::string{name};
        if (of == nullptr)
            return inner + " is not in the schema";
        if (auto fault = schema_fault(member, of->as_object(), components, inner); !fault.empty())
            return fault;
    }
    return {};
}

std::string simple_fault(value const& value, object const& schema)
{
    if (auto const* const type = schema.if_contains("type")) {
        boost::json::value const own(type_of(value)); // braces would make it an array
        if (type->is_array() ? !contains(type->get_array(), own) : *type != own)
            return " is no " + boost::json::serialize(*type);
    }
    if (auto const* const words = schema.if_contains("enum"))
        if (!contains(words->as_array(), value))
            return " is none of " + boost::json::serialize(*words);
    if (schema.contains("format") && schema.at("format") == "date-time" && value.is_string() &&
        !is_timestamp(std::string_view{value.get_string()}))
        return " is no timestamp";
    return {};
}

} // namespace

std::string schema_fault(
    value const& value, object const& given, object const& components, std::string const& where
)
{
    auto const& schema = http::resolved(given, components);
    if (auto const* const choices = schema.if_contains("anyOf")) {
        auto const fits = [&](boost::json::value const& choice) {
            return schema_fault(value, choice.as_object(), components, where).empty();
        };
        auto const& all = choices->as_array();
        return std::ranges::any_of(all, fits) ? std::string{} : where + " fits none of anyOf";
    }
    if (auto const fault = simple_fault(value, schema); !fault.empty())
        return where + fault;
    if (value.is_object())
        return members_fault(value.get_object(), schema, components, where);
    if (!value.is_array())
        return {};
    std::size_t index = 0;
    for (auto const& item : value.get_array()) {
        auto const inner = where + "[" + std::to_string(index++) + "]";
        auto fault = schema_fault(item, schema.at("items").as_object(), components, inner);
        if (!fault.empty())
            return fault;
    }
    return {};
}

} // namespace support
