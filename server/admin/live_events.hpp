// What happens, as it happens, of every developer.
#pragma once

#include "server/admin/commands.hpp"

namespace admin {

// Optionally developer and type -> a line for each event that is committed from now on:
// {id, developerId, type, createdAt, data}. Ends when nobody listens any more.
Answer tail_events(Call& call);

} // namespace admin
