// The last step of a restore: the old database is kept under another name, the new one takes its
// place.
#pragma once

#include "server/backup/report.hpp"

namespace backup {

// `staged` is one file in the directory of `restored.database`, which nobody has open. Fills in
// `before`, `kept` and `unread`. Throws std::system_error; the database is then as it was.
void replace_database(std::filesystem::path const& staged, Restored& restored);

} // namespace backup
