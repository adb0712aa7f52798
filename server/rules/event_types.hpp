// The event catalogue: every type that exists, whether or not this server can cause it yet.
#pragma once

#include <span>
#include <string_view>

namespace rules {

std::span<std::string_view const> event_types();
bool is_event_type(std::string_view name);

} // namespace rules
