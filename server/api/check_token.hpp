// Whether a presented grant token is good now: everything that signature, claims and database say
// (core-notes section 1, "Online verification order").
#pragma once

#include "crypto/jwt.hpp"
#include "server/http/request.hpp"
#include "storage/tokens.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace api {

enum class TokenVerdict : std::uint8_t
{
    good,
    malformed, // not a verifiable grant token of this server
    expired,
    wrong_developer,
    not_found, // genuine, but its jti is not one we gave out
    revoked,
    agent_inactive
};

struct CheckedToken
{
    TokenVerdict verdict = TokenVerdict::malformed;
    std::shared_ptr<crypto::VerifiedJwt const> jwt{}; // from `expired` on
    storage::TokenState state{};                      // from `revoked` on, and when good
    std::vector<std::string> scopes{};                // scp
    storage::Timestamp expires_at{};                  // exp
};

CheckedToken check_token(http::Request& request, std::string_view token);

} // namespace api
