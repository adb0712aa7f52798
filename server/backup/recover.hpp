// Goes on with what can be read of a damaged database, when no backup is better.
#pragma once

#include "server/backup/report.hpp"

namespace backup {

// The database as it was is kept as DATABASE.before-recover (or .before-recover.2, ...), its log
// beside it. What of the log cannot be read is dropped; the pages are taken as they are, indexes
// are made anew, and every page gets a new checksum. Nobody may have it open. Throws
// storage::FileRefused and Failed; then the files that were kept are what was there.
Recovered recover(std::filesystem::path const& database);

} // namespace backup
