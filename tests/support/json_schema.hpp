// Whether a value is what a schema of the served document says: the part of JSON Schema that the
// document uses, and stricter in one thing: no member without a schema.
#pragma once

#include <boost/json/object.hpp>

#include <string>

namespace support {

// Empty when it is; otherwise what is wrong, starting with `where`.
std::string schema_fault(
    boost::json::value const& value, boost::json::object const& schema,
    boost::json::object const& components, std::string const& where
);

} // namespace support
