// JSON texts that say the same member twice: RFC 8259 4 leaves their meaning open, so that two
// readers of one signed text may understand two different things (RFC 7515 4, RFC 7519 4).
#pragma once

#include <string_view>

namespace crypto {

// True for a valid JSON text in which no object, at any depth, has two members of one name. Names
// are compared after escapes are resolved. At most 32 levels deep.
bool has_unique_members(std::string_view json);

} // namespace crypto
