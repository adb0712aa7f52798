// Why a token, grant or request is as it is, in sentences.
#pragma once

#include "server/admin/commands.hpp"

namespace admin {

// subject: a grant token, or the id of a grant, authorization request or agent
// -> {kind, id, verdict, sentences: [text], chain: [grant ids, from the subject to its root]}
Answer explain(Call& call);

} // namespace admin
