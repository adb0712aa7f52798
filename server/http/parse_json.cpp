#include "server/http/parse_json.hpp"

#include "server/http/error.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>

#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace http {

namespace json = boost::json;

namespace {

using Error = boost::system::error_code;

constexpr std::size_t json_depth_max = 64;
constexpr std::size_t json_members_max = 10'000;

// Builds values like Boost.JSON's own parser, but for doubles: that one is off by some units in the
// last place (1.81), so the text of each number is collected and read with std::from_chars.
class ExactHandler
{
public:
    static constexpr std::size_t max_object_size = json_members_max;
    static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

    // Where the texts of the outermost object's numbers go, if anywhere.
    NumberTexts* number_texts = nullptr;

    json::value release() { return stack_.release(); }

    bool on_document_begin(Error&)
    {
        stack_.reset();
        return true;
    }
    bool on_document_end(Error&) { return true; }
    bool on_object_begin(Error&)
    {
        ++depth_;
        return true;
    }
    bool on_object_end(std::size_t members, Error&)
    {
        --depth_;
        stack_.push_object(members);
        return true;
    }
    bool on_array_begin(Error&)
    {
        ++depth_;
        return true;
    }
    bool on_array_end(std::size_t items, Error&)
    {
        --depth_;
        stack_.push_array(items);
        return true;
    }
    bool on_key_part(json::string_view text, std::size_t, Error&)
    {
        stack_.push_chars(text);
        key_part_ += text;
        return true;
    }
    bool on_key(json::string_view text, std::size_t, Error&)
    {
        stack_.push_key(text);
        key_part_ += text;
        key_ = std::exchange(key_part_, {});
        return true;
    }
    bool on_string_part(json::string_view text, std::size_t, Error&)
    {
        stack_.push_chars(text);
        return true;
    }
    bool on_string(json::string_view text, std::size_t, Error&)
    {
        stack_.push_string(text);
        return true;
    }
    bool on_number_part(json::string_view text, Error&)
    {
        number_ += text;
        return true;
    }
    bool on_int64(std::int64_t value, json::string_view text, Error&)
    {
        end_number(text);
        stack_.push_int64(value);
        return true;
    }
    bool on_uint64(std::uint64_t value, json::string_view text, Error&)
    {
        end_number(text);
        stack_.push_uint64(value);
        return true;
    }
    bool on_double(double rough, json::string_view text, Error&)
    {
        auto const number = end_number(text);
        double exact = 0;
        // Out of range: too large (the rough value is large too), or too small, which is 0.
        if (std::from_chars(number.data(), number.data() + number.size(), exact).ec != std::errc{})
            exact = std::abs(rough) > 1
                        ? std::copysign(std::numeric_limits<double>::infinity(), rough)
                        : 0;
        stack_.push_double(exact);
        return true;
    }
    bool on_bool(bool value, Error&)
    {
        stack_.push_bool(value);
        return true;
    }
    bool on_null(Error&)
    {
        stack_.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, Error&) { return true; }
    bool on_comment(json::string_view, Error&) { return true; }

private:
    // The whole text of the number that ends in `text`.
    std::string end_number(json::string_view text)
    {
        auto number = std::exchange(number_, {});
        number += text;
        // Directly in the outermost object the last key is the number's own.
        if (depth_ == 1 && number_texts != nullptr)
            number_texts->insert_or_assign(key_, number);
        return number;
    }

    json::value_stack stack_;
    std::string number_;
    std::string key_part_;
    std::string key_;
    std::size_t depth_ = 0;
};

json::value parse_exactly(std::string_view text, NumberTexts* number_texts)
{
    json::parse_options options;
    options.max_depth = json_depth_max;
    json::basic_parser<ExactHandler> parser{options};
    parser.handler().number_texts = number_texts;
    Error error;
    auto const read = parser.write_some(false, text.data(), text.size(), error);
    if (error || read < text.size())
        throw bad_request("The body is not valid JSON");
    return parser.handler().release();
}

void refuse_nul(std::string_view text)
{
    // The database would keep it, but C programs that read the text would stop there.
    if (text.find('\0') != std::string_view::npos)
        throw bad_request("Strings must not contain U+0000");
}

// Walks what was parsed; its depth is bounded by the parser.
void check_values(json::value const& value, std::size_t& members)
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

json::object parse_json_object(std::string_view text, NumberTexts* number_texts)
{
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    if (text.empty())
        return {};
    auto value = parse_exactly(text, number_texts);
    auto* const object = value.if_object();
    if (object == nullptr)
        throw not_json_object();
    std::size_t members = 0;
    check_values(value, members);
    return std::move(*object);
}

} // namespace http
