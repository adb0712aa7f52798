// How the server is doing, for `grantexd health`, `doctor` and the status line of systemd.
#pragma once

#include "server/admin/commands.hpp"

namespace admin {

// -> {version, process, database, schemaVersion, publicBaseUrl, listen, configFile, developers,
// agents, grants}
Answer status(Call& call);

} // namespace admin
