// What `grantexd serve` says once it is ready.
#pragma once

#include "server/app.hpp"
#include "server/seeds.hpp"

#include <chrono>
#include <iosfwd>

namespace cli {

void print_banner(
    std::ostream& out, server::App const& app, server::Seeds const& seeds,
    std::chrono::steady_clock::time_point started
);

} // namespace cli
