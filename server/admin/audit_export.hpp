// The audit chain as a file that anyone can verify without the server.
#pragma once

#include "server/admin/commands.hpp"

namespace admin {

// developer: id -> a line for each entry, in the order of the chain, with every member that is
// hashed and the two hashes; then {developerId, entries, lastHash}. It is the chain as of the
// start.
Answer export_audit(Call& call);

} // namespace admin
