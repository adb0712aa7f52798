// Rules that hold for every page, whatever it shows.
#pragma once

#include <string>

namespace web_tests {

// No inline style or script, nothing from elsewhere, and of our own only this script.
void check_nothing_inline(std::string const& html, std::string const& script);

// Elements are nested, headings are in order, labels lead somewhere, language and direction are
// said, and the title contains this text.
void check_well_formed(std::string const& html, std::string const& title);

} // namespace web_tests
