#include "server/api/docs_fields.hpp"

#include "server/http/examples.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace api {

namespace {

using boost::json::object;

bool is_nullable(object const& schema)
{
    auto const* const type = schema.if_contains("type");
    return type != nullptr && type->is_array();
}

std::string_view plain_type(object const& schema)
{
    auto const* const type = schema.if_contains("type");
    if (type == nullptr)
        return {};
    return type->is_array() ? type->get_array().front().as_string() : type->as_string();
}

// "live or sandbox", "success, failure or blocked"
std::string choice_words(boost::json::array const& words)
{
    std::string text;
    auto const count = std::ranges::count_if(words, [](auto const& one) { return !one.is_null(); });
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        if (i > 0)
            text += i + 1 == static_cast<std::size_t>(count) ? " or " : ", ";
        text += words[i].as_string();
    }
    return text;
}

std::string plain_words(object const& given, object const& schema, object const& components)
{
    if (auto const* const words = schema.if_contains("enum"))
        return choice_words(words->as_array());
    auto const type = plain_type(schema);
    if (type == "array")
        return "list of " + type_words(schema.at("items").as_object(), components);
    if (type == "integer")
        return "whole number";
    if (type == "number")
        return "number";
    if (type == "boolean")
        return "true or false";
    if (type == "object")
        return "object";
    return given.contains("$ref") ? "time" : "text"; // of what is referred to, only times are text
}

std::string range_words(object const& schema, char const* min_name, char const* max_name)
{
    auto const* const min = schema.if_contains(min_name);
    auto const* const max = schema.if_contains(max_name);
    if (max == nullptr)
        return {}; // nothing has only a lower bound
    auto const most = std::to_string(max->to_number<std::int64_t>());
    return min == nullptr ? "at most " + most
                          : std::to_string(min->to_number<std::int64_t>()) + " to " + most;
}

void add_lines(
    std::vector<web::DocsField>& lines, std::string const& prefix, object const& given,
    object const& components
)
{
    auto const& schema = http::resolved(given, components);
    if (plain_type(schema) == "array")
        return add_lines(lines, prefix + "[]", schema.at("items").as_object(), components);
    auto const* const properties = schema.if_contains("properties");
    if (properties == nullptr)
        return;
    auto const* const required = schema.if_contains("required");
    for (auto const& [name, value] : properties->as_object()) {
        auto const& property = value.as_object();
        auto const full = (prefix.empty() ? "" : prefix + ".") + std::string{name};
        auto const needed = required != nullptr &&
                            std::ranges::find(required->as_array(), boost::json::value(name)) !=
                                required->as_array().end();
        lines.push_back(
            {.name = full,
             .place = {},
             .type = type_words(property, components),
             .bounds = bounds_words(property),
             .required = needed}
        );
        add_lines(lines, full, property, components);
    }
}

} // namespace

std::string type_words(object const& given, object const& components)
{
    if (auto const* const choices = given.if_contains("anyOf"))
        return type_words(choices->as_array().front().as_object(), components) + " or null";
    if (auto const* const choices = given.if_contains("oneOf")) {
        std::string words;
        for (auto const& choice : choices->as_array())
            words += (words.empty() ? "" : " or ") + type_words(choice.as_object(), components);
        return words;
    }
    auto const& schema = http::resolved(given, components);
    auto const words = plain_words(given, schema, components);
    return is_nullable(schema) ? words + " or null" : words;
}

std::string bounds_words(object const& schema)
{
    std::string words;
    auto const add = [&](std::string const& part) {
        if (!part.empty())
            words += (words.empty() ? "" : ", ") + part;
    };
    if (auto const characters = range_words(schema, "minLength", "maxLength"); !characters.empty())
        add(characters + " characters");
    if (auto const items = range_words(schema, "minItems", "maxItems"); !items.empty())
        add(items + " items");
    add(range_words(schema, "minimum", "maximum"));
    if (plain_type(schema) == "array")
        if (auto const each = bounds_words(schema.at("items").as_object()); !each.empty())
            add("each " + each);
    return words;
}

std::vector<web::DocsField> field_lines(object const& schema, object const& components)
{
    std::vector<web::DocsField> lines;
    add_lines(lines, {}, schema, components);
    return lines;
}

} // namespace api
