// Asks a server how it is, as `grantexd health` and `grantexd doctor` tell it.
#pragma once

#include "server/cli/http_client.hpp"

#include <chrono>
#include <string>

namespace cli {

struct Health
{
    std::string problem; // a sentence without its full stop; empty: the server is well
    std::chrono::microseconds took{};
};

// GET /health. No answer is a problem too.
Health ask_health(HttpClient const& client);

} // namespace cli
