#include "server/cli/ask_health.hpp"

#include <boost/json/parse.hpp>

namespace cli {

namespace {

bool says_degraded(std::string const& body)
{
    boost::system::error_code unreadable;
    auto const json = boost::json::parse(body, unreadable);
    auto const* const object = json.if_object();
    auto const* const status = object == nullptr ? nullptr : object->if_contains("status");
    return status != nullptr && *status == "degraded";
}

} // namespace

Health ask_health(HttpClient const& client)
{
    try {
        auto const answer = client.send("GET", "/health");
        if (answer.status != 200)
            return {client.base_url() + " answers " + std::to_string(answer.status), answer.took};
        if (says_degraded(answer.body))
            return {
                client.base_url() + " answers, but its disk refuses what it writes", answer.took};
        return {{}, answer.took};
    } catch (NoAnswer const& none) {
        return {none.what()};
    }
}

} // namespace cli
