#include "server/http/read_body.hpp"

#include "server/rules/scopes.hpp"

#include <algorithm>

namespace http {

namespace {

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

} // namespace

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

void read_currency(boost::json::value const& value, std::string const& path, std::string& out)
{
    auto const* const text = value.if_string();
    if (text == nullptr)
        throw bad_request(path + " must be a string");
    out.clear();
    for (auto const c : *text) {
        auto const is_lower = c >= 'a' && c <= 'z';
        if (!is_lower && (c < 'A' || c > 'Z') && (c < '0' || c > '9'))
            throw bad_request(path + " must be letters and digits, such as EUR");
        out += is_lower ? static_cast<char>(c - 'a' + 'A') : c;
    }
    if (out.size() < 3 || out.size() > 10)
        throw bad_request(path + " must have 3 to 10 characters");
}

rules::Amount read_amount(
    boost::json::value const* value, std::string const& name, NumberTexts const& number_texts
)
{
    if (value == nullptr || value->is_null())
        throw bad_request(name + " is required");
    std::optional<rules::Amount> amount;
    if (auto const* const text = value->if_string())
        amount = rules::amount_of_string({text->data(), text->size()});
    else if (value->is_number())
        amount = rules::amount_of_number(number_texts.at(name));
    if (!amount)
        throw bad_request(
            name + " must be a number above 0 and at most " +
            rules::amount_text(rules::amount_max) + ", also as a string with up to four decimals"
        );
    return *amount;
}

// "mode must be live or sandbox", "status must be success, failure or blocked"
void read_word(
    boost::json::value const& value, std::string const& path,
    std::span<std::string_view const> words, std::string& out
)
{
    auto const* const text = value.if_string();
    if (text == nullptr)
        throw bad_request(path + " must be a string");
    out.assign(text->data(), text->size());
    if (std::ranges::find(words, out) != words.end())
        return;
    auto message = path + " must be ";
    for (auto const& word : words) {
        if (&word != &words.front())
            message += &word == &words.back() ? " or " : ", ";
        message += word;
    }
    throw bad_request(message);
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

boost::json::object const& read_object(boost::json::value const& value, std::string const& path)
{
    auto const* const object = value.if_object();
    if (object == nullptr)
        throw bad_request(path + " must be an object");
    return *object;
}

} // namespace http
