#include "server/rules/stored_json.hpp"

#include <boost/json/basic_parser_impl.hpp>

namespace rules {

namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 100; // as deep as a body may be, and some more

// Takes the events of the parser and keeps nothing.
struct Nothing
{
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    using Error = json::error_code;
    using Text = json::string_view;

    static bool on_document_begin(Error&) { return true; }
    static bool on_document_end(Error&) { return true; }
    static bool on_object_begin(Error&) { return true; }
    static bool on_object_end(std::size_t, Error&) { return true; }
    static bool on_array_begin(Error&) { return true; }
    static bool on_array_end(std::size_t, Error&) { return true; }
    static bool on_key_part(Text, std::size_t, Error&) { return true; }
    static bool on_key(Text, std::size_t, Error&) { return true; }
    static bool on_string_part(Text, std::size_t, Error&) { return true; }
    static bool on_string(Text, std::size_t, Error&) { return true; }
    static bool on_number_part(Text, Error&) { return true; }
    static bool on_int64(std::int64_t, Text, Error&) { return true; }
    static bool on_uint64(std::uint64_t, Text, Error&) { return true; }
    static bool on_double(double, Text, Error&) { return true; }
    static bool on_bool(bool, Error&) { return true; }
    static bool on_null(Error&) { return true; }
    static bool on_comment_part(Text, Error&) { return true; }
    static bool on_comment(Text, Error&) { return true; }
};

} // namespace

bool is_json(std::string_view text)
{
    json::parse_options options;
    options.max_depth = depth_max;
    json::basic_parser<Nothing> parser{options};
    json::error_code error;
    auto const read = parser.write_some(false, text.data(), text.size(), error);
    return !error && parser.done() && read == text.size();
}

std::string_view checked_json(std::string_view text)
{
    if (!is_json(text))
        throw StoredJsonBroken();
    return text;
}

} // namespace rules
