// The session token of a principal: a JWT of its own type, made by the developer, checked against
// its row (core-notes section 1). Never accepted where a key or a grant token is expected.
#pragma once

#include "server/http/message.hpp"
#include "server/http/wire.hpp"
#include "storage/principal_sessions.hpp"

#include <string_view>

namespace server {
struct App;
}

namespace http {

// header.payload of a new session's token, still to be signed. The row must be inserted too.
UnsignedToken session_token(
    server::App const& app, storage::PrincipalSession const& session, storage::Timestamp now
);

// The live session behind a token; nothing when the token is of another kind, altered, expired,
// ended or unknown. `consent`: which kind is asked for.
std::optional<storage::PrincipalSession> find_session(
    server::App const& app, storage::Database& db, std::string_view token, bool consent,
    storage::Timestamp now
);

} // namespace http
