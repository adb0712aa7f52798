#include "crypto/json_duplicates.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace crypto {

namespace {

// Boost.JSON's own parser keeps the last of several equal names, so the names are seen here, as the
// events of its underlying parser. A member is refused by returning false, which ends the parse.
class NameCheck
{
public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    using Error = boost::json::error_code;
    using Text = boost::json::string_view;

    bool on_document_begin(Error&) { return true; }
    bool on_document_end(Error&) { return true; }
    bool on_object_begin(Error&)
    {
        names_.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, Error&)
    {
        names_.pop_back();
        return true;
    }
    bool on_array_begin(Error&) { return true; }
    bool on_array_end(std::size_t, Error&) { return true; }
    bool on_key_part(Text part, std::size_t, Error&)
    {
        name_.append(part.data(), part.size());
        return true;
    }
    bool on_key(Text last_part, std::size_t, Error& error)
    {
        name_.append(last_part.data(), last_part.size());
        bool const is_new = names_.back().insert(std::exchange(name_, {})).second;
        if (!is_new)
            error = boost::json::error::syntax;
        return is_new;
    }
    bool on_string_part(Text, std::size_t, Error&) { return true; }
    bool on_string(Text, std::size_t, Error&) { return true; }
    bool on_number_part(Text, Error&) { return true; }
    bool on_int64(std::int64_t, Text, Error&) { return true; }
    bool on_uint64(std::uint64_t, Text, Error&) { return true; }
    bool on_double(double, Text, Error&) { return true; }
    bool on_bool(bool, Error&) { return true; }
    bool on_null(Error&) { return true; }
    bool on_comment_part(Text, Error&) { return true; }
    bool on_comment(Text, Error&) { return true; }

private:
    // Sorted sets: hostile names cannot make them slow.
    std::vector<std::set<std::string>> names_;
    std::string name_;
};

} // namespace

bool has_unique_members(std::string_view json)
{
    boost::json::basic_parser<NameCheck> parser{boost::json::parse_options{}};
    boost::json::error_code error;
    auto const read = parser.write_some(false, json.data(), json.size(), error);
    // The parser stops after the value; what follows must not be anything.
    return !error && parser.done() && read == json.size();
}

} // namespace crypto
