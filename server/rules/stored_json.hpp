// JSON texts that come back from the database and go out as they are.
#pragma once

#include <stdexcept>
#include <string_view>

namespace rules {

// A row does not hold what was written to it.
class StoredJsonBroken : public std::runtime_error
{
public:
    StoredJsonBroken() : std::runtime_error("a stored JSON text is damaged") {}
};

// Whether it is one JSON text. Nothing is built of it.
bool is_json(std::string_view text);

// An answer that holds a text which is no JSON would be none itself. Throws StoredJsonBroken.
std::string_view checked_json(std::string_view text);

} // namespace rules
