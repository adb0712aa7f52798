// Values that show how a request looks: used in the served documents.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace http {

// A body that this schema allows, with the members it requires. When it requires none: the first
// one; of a form: all.
boost::json::object
example_body(boost::json::object const& schema, boost::json::object const& components, bool form);

// "{agentId}" -> "ag_01K...", "{version}" -> "VERSION"
std::string example_path(std::string_view pattern);

// What {"$ref": "#/components/schemas/Agent"} refers to; any other schema itself.
boost::json::object const&
resolved(boost::json::object const& schema, boost::json::object const& components);

} // namespace http
