// Turns text into HTML text: the only way a value gets into a page.
#pragma once

#include <string>
#include <string_view>

namespace web {

// Appends `text` so that it is inert between tags and inside a quoted attribute value. Control
// characters, which HTML 13.1.4 does not allow even as references, become U+FFFD.
void append_escaped(std::string& html, std::string_view text);

} // namespace web
