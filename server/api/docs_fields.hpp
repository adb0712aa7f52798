// Schemas of the served document as lines for people.
#pragma once

#include "web/docs_page.hpp"

#include <boost/json/object.hpp>

namespace api {

// "list of text or null", "live or sandbox", "whole number", "time"
std::string type_words(boost::json::object const& schema, boost::json::object const& components);

// "1 to 200 characters", "at most 50 items, each 1 to 2048 characters"; empty when there are none.
std::string bounds_words(boost::json::object const& schema);

// A line a member, those of inner objects after them: "conditions", "conditions.scopes".
std::vector<web::DocsField>
field_lines(boost::json::object const& schema, boost::json::object const& components);

} // namespace api
