// The bound of an event's data: a receiver's buffers are finite (a line of the Go client's stream
// is below 65,536 bytes, and carries the data twice).
#pragma once

#include <string>

namespace rules {

constexpr std::size_t event_data_bytes_max = 24 * 1024;

// `data`: JSON text of an object. What fits is returned as it is. Otherwise arrays of the object
// are cut to their first 100 items, further where that is not enough, and a member <name>Truncated
// says so.
std::string bounded_event_data(std::string data);

} // namespace rules
