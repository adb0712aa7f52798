// Request bodies as JSON objects.
#pragma once

#include <boost/json/object.hpp>

#include <string_view>

namespace http {

// A JSON object; throws ApiError for malformed JSON, another top-level value, nesting deeper than
// 64, more than 10,000 members, numbers that are not finite, and strings with U+0000. A byte order
// mark is skipped; an empty text is an empty object. Numbers are exact: what is not an integer of
// 64 bits is the nearest double, as in every other language (the audit chain hashes them).
boost::json::object parse_json_object(std::string_view text);

} // namespace http
