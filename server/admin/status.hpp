// How the server is doing, for `grantexd health`, `doctor` and the status line of systemd.
#pragma once

#include "server/admin/commands.hpp"

namespace admin {

// -> {version, running, database, schemaVersion, developers, agents, grants, dataDirectory, publicBaseUrl, ...}
Answer status(Call& call);

} // namespace admin
