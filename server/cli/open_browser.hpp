// Showing a person a page in their own browser.
#pragma once

#include <string>

namespace cli {

// Hands the link to xdg-open, where the session has a display; does not wait for the browser.
// False: there is no display, or no xdg-open.
bool open_browser(std::string const& link);

} // namespace cli
