// Puts a backup in the place of the database, after everything that can be known about it is
// known: what is restored is whole, of this program, migrated, and opened by the master key.
#pragma once

#include "server/backup/report.hpp"
#include "server/config.hpp"

namespace backup {

// The file cannot be restored. It and the database are as they were.
class RestoreRefused : public storage::FileRefused
{
public:
    using FileRefused::FileRefused;
};

// Takes the lock of the data directory, which is made when it is missing. The database as it was
// is kept as grantexd.db.before-restore (or .before-restore.2, ...). At any moment, also after a
// crash, the database is the old or the new one, whole. Throws RestoreRefused, KeyError,
// ConfigError (a server runs) and Failed.
Restored restore(server::Config const& config, std::filesystem::path const& file);

} // namespace backup
