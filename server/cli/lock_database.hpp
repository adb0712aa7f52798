// The database of commands that work on it themselves, because no server does.
#pragma once

#include "server/data_directory.hpp"

namespace cli {

// Takes the lock of the directory, which must hold a database; creates nothing else. Throws
// ConfigError: there is no database, or a server uses it.
server::DataDirectory lock_database(server::Config const& config);

} // namespace cli
