#include "server/http/message.hpp"

#include <algorithm>

namespace http {

std::string_view Message::header(std::string_view name) const
{
    for (auto const& [own_name, value] : headers)
        if (own_name == name)
            return value;
    return {};
}

bool Message::has_header(std::string_view name) const
{
    return count_header(name) > 0;
}

int Message::count_header(std::string_view name) const
{
    auto const named = [name](Header const& header) { return header.first == name; };
    return static_cast<int>(std::count_if(headers.begin(), headers.end(), named));
}

std::vector<std::string_view> Message::all(std::string_view name) const
{
    std::vector<std::string_view> values;
    for (auto const& [own_name, value] : headers)
        if (own_name == name)
            values.emplace_back(value);
    return values;
}

} // namespace http
