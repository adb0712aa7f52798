// Files that hold a secret of the server: a key that was imported, the master key, a credential.
#pragma once

#include <filesystem>

namespace server {

// Whether someone else on this machine may read or write the file. False when there is no such
// file: reading it tells more.
bool is_open_to_others(std::filesystem::path const& file);

} // namespace server
