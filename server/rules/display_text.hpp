// Text of strangers (agent names, descriptions, audiences) made safe to show: what is seen is what
// is there. HTML escaping is the template's work, not ours.
#pragma once

#include <string>
#include <string_view>

namespace rules {

// Removes control characters (C0, C1, DEL), bidirectional controls (U+202A-U+202E, U+2066-U+2069,
// U+200E, U+200F, U+061C), zero-width characters (U+200B-U+200D, U+2060, U+FEFF), line and
// paragraph separators, tag characters (U+E0000 block) and combining marks beyond 8 in a run;
// replaces invalid UTF-8 with U+FFFD; collapses whitespace; cuts at `characters_max` code points
// with an ellipsis.
std::string display_text(std::string_view text, std::size_t characters_max);

// Whether letters of scripts that imitate each other (Latin with Cyrillic or Greek) are mixed in
// one word, which the pages mark visibly.
bool mixes_scripts(std::string_view text);

} // namespace rules
