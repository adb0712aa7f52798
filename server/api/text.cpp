#include "server/api/text.hpp"

namespace api {

std::string trimmed(std::string_view text)
{
    auto const start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos)
        return {};
    return std::string{text.substr(start, text.find_last_not_of(" \t\r\n") - start + 1)};
}

} // namespace api
