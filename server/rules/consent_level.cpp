#include "server/rules/consent_level.hpp"

#include <algorithm>

namespace rules {

std::optional<ConsentLevel> parse_consent_level(std::string_view text)
{
    for (auto const level :
         {ConsentLevel::none, ConsentLevel::link, ConsentLevel::session, ConsentLevel::passkey})
        if (text == consent_level_text(level))
            return level;
    return {};
}

ConsentLevel consent_level(
    std::string_view mode, std::string_view server_level,
    std::optional<std::string> const& developer_level, bool fido_required
)
{
    auto level = mode == "sandbox" ? ConsentLevel::none
                                   : parse_consent_level(server_level).value_or(ConsentLevel::link);
    if (developer_level)
        level = std::max(level, parse_consent_level(*developer_level).value_or(ConsentLevel::link));
    return fido_required ? ConsentLevel::passkey : level;
}

std::string_view consent_level_text(ConsentLevel level)
{
    switch (level) {
    case ConsentLevel::none:
        return "none";
    case ConsentLevel::link:
        return "link";
    case ConsentLevel::session:
        return "session";
    case ConsentLevel::passkey:
        return "passkey";
    }
    return {};
}

} // namespace rules
