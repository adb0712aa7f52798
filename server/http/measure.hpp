// Tells the metrics of an exchange whose answer is finished.
#pragma once

#include "server/http/route.hpp"
#include "server/metrics.hpp"

#include <chrono>

namespace http {

struct Measured
{
    Route const* route; // null when none matched
    std::string_view method;
    unsigned status;
    std::chrono::microseconds took;
    std::string_view agent_id; // the agent it was about, when the handler found one
    bool is_replayed;          // answered from an idempotency record
};
void measure(server::Metrics& metrics, Measured const& exchange);

} // namespace http
