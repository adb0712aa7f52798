#include "server/http/schema.hpp"

#include <boost/json/array.hpp>

#include <stdexcept>

namespace http {

bool Schemas::begin(std::string const& name, std::string_view type)
{
    auto const [place, is_new] = types_.emplace(name, type);
    if (place->second != type)
        throw std::logic_error(
            std::string{place->second} + " and " + std::string{type} + " are both named " + name
        );
    return is_new;
}

std::string schema_name(std::string_view type)
{
    auto name = std::string{type.substr(type.rfind(':') + 1)};
    if (name.ends_with("View"))
        name.resize(name.size() - 4);
    if (name.ends_with("Body"))
        name.replace(name.size() - 4, 4, "Request");
    return name;
}

boost::json::object text_schema(std::size_t min, std::size_t max, bool one_line)
{
    boost::json::object schema{{"type", "string"}};
    if (min > 0)
        schema["minLength"] = min;
    schema["maxLength"] = max;
    if (one_line)
        schema["pattern"] = R"(^[^\u0000-\u001f\u007f]*$)";
    return schema;
}

boost::json::object words_schema(std::span<std::string_view const> words)
{
    boost::json::array values;
    for (auto const word : words)
        values.emplace_back(word);
    return {{"type", "string"}, {"enum", std::move(values)}};
}

boost::json::object scope_schema()
{
    return {
        {"type", "string"},
        {"minLength", 1},
        {"maxLength", 256},
        {"pattern", R"(^[^\s\u0000-\u001f\u007f-\u009f]+$)"}};
}

boost::json::object currency_schema()
{
    return {{"type", "string"}, {"pattern", "^[A-Za-z0-9]{3,10}$"}};
}

boost::json::object amount_schema()
{
    return {{"type", "string"}, {"pattern", R"(^[0-9]{1,14}\.[0-9]{4}$)"}};
}

// The upper bound is a power of ten, since the number that is meant has no double.
boost::json::object amount_input_schema()
{
    boost::json::object const number{
        {"type", "number"}, {"exclusiveMinimum", 0}, {"exclusiveMaximum", 100'000'000'000'000}};
    boost::json::object const text{
        {"type", "string"}, {"pattern", R"(^[0-9]{1,14}(\.[0-9]{1,4})?$)"}};
    return {{"oneOf", boost::json::array{number, text}}};
}

boost::json::object timestamp_schema()
{
    return {
        {"type", "string"},
        {"format", "date-time"},
        {"pattern", R"(^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$)"}};
}

boost::json::object nullable_schema(boost::json::object schema)
{
    if (auto* const words = schema.if_contains("enum"))
        words->as_array().emplace_back(nullptr);
    if (auto* const type = schema.if_contains("type")) {
        *type = boost::json::array{*type, "null"};
        return schema;
    }
    return {{"anyOf", boost::json::array{std::move(schema), {{"type", "null"}}}}};
}

boost::json::object array_schema(boost::json::object items)
{
    return {{"type", "array"}, {"items", std::move(items)}};
}

} // namespace http
