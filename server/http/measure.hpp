// Tells the metrics of an exchange whose answer is finished.
#pragma once

#include "server/http/route.hpp"
#include "server/metrics.hpp"

#include <chrono>

namespace http {

// `route`: null when none matched. `agent_id`: the agent it was about, when the handler found one.
void measure(
    server::Metrics& metrics, Route const* route, std::string_view method, unsigned status,
    std::chrono::microseconds took, std::string_view agent_id
);

} // namespace http
