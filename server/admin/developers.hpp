// Developers, as their operator manages them.
#pragma once

#include "server/admin/commands.hpp"

namespace admin {

// -> {developers: [{id, name, email, mode, plan, keys, createdAt}]}, newest first
Answer list_developers(Call& call);

// name, and optionally email, mode (live, sandbox) and plan -> {id, name, mode, plan, apiKey}
Answer create_developer(Call& call);

// id -> {id, apiKey, removedKeys}: every key of before is dead at once.
Answer rotate_developer_key(Call& call);

// id -> {id, removedKeys}: nobody can act as this developer until a key is made again. Grants stay
// as they are.
Answer disable_developer(Call& call);

} // namespace admin
