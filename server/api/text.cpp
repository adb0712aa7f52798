#include "server/api/text.hpp"

#include "server/rules/trimmed.hpp"

namespace api {

std::string trimmed(std::string_view text)
{
    return std::string{rules::trimmed(text)};
}

} // namespace api
