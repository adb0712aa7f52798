// The keys of the server, as their operator manages them.
#pragma once

#include "server/admin/commands.hpp"

namespace admin {

// -> {signingKeys: [{kid, state, made, signsFrom, verifiesUntil}], masterKey, dataKeysUnderOld,
// serverKeysUnderOld}
Answer list_keys(Call& call);

// Optionally when: "now" for keys that leaked -> {kid, signsFrom, made}
Answer rotate_signing_key(Call& call);

// pem -> the same
Answer import_signing_key(Call& call);

// -> {serverKeys, dataKeys}: how many were wrapped anew
Answer rewrap_master_key(Call& call);

} // namespace admin
