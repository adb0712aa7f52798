// Names for a database that is kept.
#pragma once

#include <filesystem>

namespace backup {

// DATABASE.SUFFIX, or the first of DATABASE.SUFFIX.2, ... that does not exist: what was kept before
// may be the one that is missed.
std::filesystem::path free_name(std::filesystem::path const& database, char const* suffix);

} // namespace backup
