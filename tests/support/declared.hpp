// Every answer of the in-process tests is held against what the served document says of its
// operation: the status, the code of a refusal, the members of an answer and their types.
#pragma once

#include "server/http/message.hpp"

#include <string_view>

namespace support {

// Fails the running test when the operation does not declare this answer.
void expect_declared(std::string_view method, std::string_view target, http::Response const& got);

} // namespace support
