// The OpenAPI 3.1 document of what the server does, made from the route table, the types of its
// handlers and the lines of operations.cpp.
#pragma once

#include "server/http/route.hpp"

#include <boost/json/object.hpp>

#include <span>
#include <string>
#include <string_view>

namespace http {

boost::json::object openapi_document(std::span<Route const> routes, std::string_view base_url);

std::string operation_id(std::string_view handler); // "create_agent" -> "createAgent"

} // namespace http
