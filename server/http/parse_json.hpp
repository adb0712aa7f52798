// Request bodies as JSON objects.
#pragma once

#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <string_view>

namespace http {

// How numbers were written, by the name of the member: of those that are members of the outermost
// object. What must be exact as a decimal is read from here.
using NumberTexts = std::map<std::string, std::string, std::less<>>;

// A JSON object; throws ApiError for malformed JSON, another top-level value, nesting deeper than
// 64, more than 10,000 members, numbers that are not finite, and strings with U+0000. A byte order
// mark is skipped; an empty text is an empty object. Numbers are exact: what is not an integer of
// 64 bits is the nearest double, as in every other language (the audit chain hashes them).
// Where a name comes twice its last value counts, also for `number_texts`.
boost::json::object parse_json_object(std::string_view text, NumberTexts* number_texts = nullptr);

} // namespace http
