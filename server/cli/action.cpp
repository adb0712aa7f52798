#include "server/cli/action.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace cli {

std::string read_action(
    Input const& input, std::string_view command, std::initializer_list<std::string_view> actions
)
{
    auto action = input.words.empty() ? std::string{*actions.begin()} : input.words.front();
    if (std::ranges::find(actions, action) != actions.end())
        return action;
    std::string known;
    for (auto const each : actions)
        known.append(
                 known.empty()                  ? ""
                 : each == *(actions.end() - 1) ? " and "
                                                : ", "
        )
            .append(each);
    throw UsageError(
        std::string{command} + " knows " + known + ", not \"" + action + "\". Try: grantexd " +
        std::string{command} + " --help"
    );
}

std::string member_text(boost::json::object const& from, std::string_view name)
{
    auto const& value = from.at(name);
    return value.is_string() ? std::string{value.get_string()}
           : value.is_null() ? "-"
                             : boost::json::serialize(value);
}

} // namespace cli
