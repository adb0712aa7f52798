// A backup of the running server's database.
#pragma once

#include "server/admin/commands.hpp"

namespace admin {

// -> what was copied, verified and removed (server/backup/report.hpp)
Answer back_up(Call& call);

} // namespace admin
