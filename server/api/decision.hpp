// A person's decision about an authorization request: who may make it, and what it does. The pages
// and the JSON endpoints both decide here.
#pragma once

#include "server/http/request.hpp"
#include "server/rules/consent_level.hpp"
#include "storage/agents.hpp"
#include "storage/auth_requests.hpp"

#include <optional>
#include <string>

namespace api {

enum class Decision : std::uint8_t
{
    approve,
    deny
};

// A request that can still be decided, with those it concerns.
struct OpenRequest
{
    storage::AuthRequest auth;
    storage::Developer developer;
    storage::Agent agent;
    rules::ConsentLevel level = rules::ConsentLevel::none;
};

rules::ConsentLevel
consent_level_of(http::Request const& request, storage::Developer const& developer);

// Throws ApiError 404 for an unknown id, 410 for one that is decided or past its deadline.
OpenRequest find_open_request(http::Request& request, std::string_view id);

// Whether this is the secret of the request's link, or of the link of a live consent session.
bool has_link_secret(
    http::Request& request, storage::AuthRequest const& auth, std::string_view secret
);

// Proof that this browser opened the secret link: a cookie for this one request, and the value a
// form or script must send along with it (bound to the request, stable across reloads).
std::string consent_cookie_name(http::Request const& request, std::string_view id);
std::string consent_cookie_value(http::Request const& request, storage::AuthRequest const& auth);
std::string consent_csrf(http::Request const& request, storage::AuthRequest const& auth);
bool has_consent_cookie(http::Request const& request, storage::AuthRequest const& auth);

// Refuses what another site sent on the person's behalf (is_same_site), and a cookie without its
// CSRF value. Throws ApiError 403.
void check_same_site(
    http::Request const& request, storage::AuthRequest const& auth, std::string_view csrf
);

// The one place that asks whether the person is proven: refuses a decision that the request's
// consent level does not allow. `session`: the token of a consent session that came with the
// decision, or anything else. Throws ApiError 403.
void check_person(
    http::Request const& request, OpenRequest const& open, Decision decision,
    std::string_view session
);

// pending -> approved, unless the principal is deprovisioned or a deny policy matches now (ApiError
// 403). The code, shown only now; nothing when another decision was first.
std::optional<std::string> approve(http::Request& request, storage::AuthRequest const& auth);

// pending -> denied. False when another decision was first.
bool deny(http::Request& request, storage::AuthRequest const& auth);

// Where the browser goes: the stored redirect URI with code or error, and the state. Nothing when
// no redirect URI is stored.
std::optional<std::string>
redirect_after(storage::AuthRequest const& auth, std::optional<std::string> const& code);

} // namespace api
