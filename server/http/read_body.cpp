#include "server/http/read_body.hpp"

#include "server/rules/scopes.hpp"

#include <boost/json/parse.hpp>

#include <cmath>

namespace http {

namespace {

constexpr std::size_t json_depth_max = 64;
constexpr std::size_t json_members_max = 10'000;

std::size_t count_characters(std::string_view text)
{
    std::size_t count = 0;
    for (auto const c : text)
        count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    return count;
}

bool has_control(std::string_view text)
{
    for (auto const c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            return true;
    return false;
}

void refuse_nul(std::string_view text)
{
    // The database would keep it, but C programs that read the text would stop there.
    if (text.find('\0') != std::string_view::npos)
        throw bad_request("Strings must not contain U+0000");
}

// Walks what was parsed: its depth is bounded by the parser.
void check_values(boost::json::value const& value, std::size_t& members)
{
    if (auto const* text = value.if_string()) {
        refuse_nul(*text);
    } else if (auto const* number = value.if_double()) {
        if (!std::isfinite(*number))
            throw bad_request("Numbers must be finite");
    } else if (auto const* array = value.if_array()) {
        for (auto const& item : *array)
            check_values(item, members);
    } else if (auto const* object = value.if_object()) {
        members += object->size();
        if (members > json_members_max)
            throw bad_request("The body has more than 10000 members");
        for (auto const& member : *object) {
            refuse_nul(member.key());
            check_values(member.value(), members);
        }
    }
}

} // namespace

boost::json::object parse_json_object(std::string_view text)
{
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    if (text.empty())
        return {};
    boost::json::parse_options options;
    options.max_depth = json_depth_max;
    boost::system::error_code error;
    auto value = boost::json::parse({text.data(), text.size()}, error, {}, options);
    if (error)
        throw bad_request("The body is not valid JSON");
    auto* const object = value.if_object();
    if (object == nullptr)
        throw not_json_object();
    std::size_t members = 0;
    check_values(value, members);
    return std::move(*object);
}

void read_string(
    boost::json::value const& value, std::string const& path, std::size_t characters_min,
    std::size_t characters_max, bool one_line, std::string& out
)
{
    auto const* const text = value.if_string();
    if (text == nullptr)
        throw bad_request(path + " must be a string");
    if (text->empty() && characters_min > 0)
        throw bad_request(path + " is required");
    auto const characters = count_characters({text->data(), text->size()});
    if (characters < characters_min || characters > characters_max)
        throw bad_request(
            path + " must have " + std::to_string(characters_min) + " to " +
            std::to_string(characters_max) + " characters"
        );
    if (one_line && has_control({text->data(), text->size()}))
        throw bad_request(path + " must not contain control characters");
    out.assign(text->data(), text->size());
}

std::int64_t read_integer(
    boost::json::value const& value, std::string const& path, std::int64_t min, std::int64_t max
)
{
    auto const* const number = value.if_int64();
    if (number == nullptr || *number < min || *number > max)
        throw bad_request(
            path + " must be a whole number from " + std::to_string(min) + " to " +
            std::to_string(max)
        );
    return *number;
}

bool read_boolean(boost::json::value const& value, std::string const& path)
{
    auto const* const boolean = value.if_bool();
    if (boolean == nullptr)
        throw bad_request(path + " must be true or false");
    return *boolean;
}

void read_scope(boost::json::value const& value, std::string const& path, std::string& out)
{
    auto const* const text = value.if_string();
    if (text == nullptr)
        throw bad_request(path + " must be a string");
    if (!rules::is_scope({text->data(), text->size()}))
        throw bad_request(
            path + " must have 1 to 256 characters, without spaces or control characters"
        );
    out.assign(text->data(), text->size());
}

boost::json::array const& read_array(
    boost::json::value const& value, std::string const& path, std::size_t min, std::size_t max
)
{
    auto const* const array = value.if_array();
    if (array == nullptr)
        throw bad_request(path + " must be an array");
    if (array->size() < min || array->size() > max)
        throw bad_request(
            path + " must have " + std::to_string(min) + " to " + std::to_string(max) + " items"
        );
    return *array;
}

boost::json::object const&
read_object(boost::json::value const& value, std::string const& path)
{
    auto const* const object = value.if_object();
    if (object == nullptr)
        throw bad_request(path + " must be an object");
    return *object;
}

} // namespace http
