// Brings a database to the schema of this program: first a verified copy of it as it is, then each
// migration in a transaction of its own. Whatever ends it before its end, the next call goes on.
#pragma once

#include "server/backup/report.hpp"

namespace backup {

// `writer` is the only connection. When steps are needed on a database that is not new, it is kept
// as DATABASE.before-NNNN first, the number being that of the first step. Throws
// storage::FileRefused when it is newer, not ours or damaged, and Failed.
Upgrade upgrade(storage::Database& writer);

// The same on a copy in the same directory, which is removed again: nothing is changed. Nobody may
// have the database open.
Upgrade upgrade_a_copy(std::filesystem::path const& database);

} // namespace backup
