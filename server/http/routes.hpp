// What the server does: the route table.
#pragma once

#include "server/http/route.hpp"

#include <span>

namespace http {

std::span<Route const> routes();

} // namespace http
