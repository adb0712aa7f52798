#include "server/rules/event_types.hpp"

#include <algorithm>
#include <array>

namespace rules {

namespace {

constexpr std::array<std::string_view, 36> types{
    "grant.created",
    "grant.revoked",
    "refresh_token.reused",
    "token.issued",
    "budget.threshold",
    "budget.exhausted",
    "anomaly.detected",
    "anomaly.auto_revoked",
    "fido.registered",
    "fido.assertion",
    "vc.issued",
    "sd-jwt.issued",
    "sd-jwt.presented",
    "passport.issued",
    "passport.revoked",
    "passport.token-exchange",
    "sso.login",
    "sso.connection.created",
    "sso.connection.updated",
    "sso.connection.deleted",
    "sso.login.failed",
    "scim.user.created",
    "scim.user.updated",
    "scim.user.deactivated",
    "scim.user.deleted",
    "compliance.chain.broken",
    "vault.credential.stored",
    "vault.credential.deleted",
    "vault.credential.exchanged",
    "consent_bundle.created",
    "consent_bundle.synced",
    "consent_bundle.revoked",
    "dpdp.consent.created",
    "dpdp.consent.withdrawn",
    "dpdp.grievance.filed",
    "dpdp.erasure.completed"};

} // namespace

std::span<std::string_view const> event_types()
{
    return types;
}

bool is_event_type(std::string_view name)
{
    return std::ranges::find(types, name) != types.end();
}

} // namespace rules
