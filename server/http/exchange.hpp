// What the dispatcher keeps of a request on its way.
#pragma once

#include "server/http/dispatch.hpp"
#include "server/http/match.hpp"

#include <optional>
#include <string>
#include <vector>

namespace http {

// One request on its way: what was asked, what is known so far, and what the answer waits for.
struct Dispatch::Exchange
{
    Message message;
    Respond respond;
    std::string id;
    std::string source; // where the client sits, as rate limits count
    Match match{};
    std::vector<PathParameter> path_parameters{};
    std::string caller_id{};
    std::string agent_id{}; // the agent it is about, for the metrics
    std::optional<server::Usage> used{};
    Limits::Verdict reported{}; // what X-RateLimit-* say: address, route or plan
    Outcome outcome{};
    std::optional<ApiError> error{};
    bool waits_for_commit = false;
    bool waits_for_signature = false;
    bool waits_outside = false;

    [[nodiscard]] std::string_view path() const
    {
        std::string_view const target{message.target};
        return target.substr(0, target.find('?'));
    }
};

} // namespace http
