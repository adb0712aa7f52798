#include "server/api/decision.hpp"

#include "crypto/hash.hpp"
#include "server/api/check_principal.hpp"
#include "server/api/codes.hpp"
#include "server/api/page_security.hpp"
#include "server/api/policy_check.hpp"
#include "server/http/error.hpp"
#include "server/http/principal_session.hpp"
#include "server/rules/redirect_uri.hpp"

namespace api {

namespace {

// On http (loopback only) browsers refuse Secure cookies and the __Host- prefix that needs them.
bool is_https(http::Request const& request)
{
    return request.app.config.public_base_url.starts_with("https://");
}

// A live consent session of exactly this principal for exactly this request.
bool is_session_of(
    http::Request const& request, storage::AuthRequest const& auth, std::string_view token
)
{
    auto const session = http::find_session(request.app, request.db, token, true, request.now);
    return session && session->auth_request_id == auth.id &&
           session->developer_id == auth.developer_id && session->principal_id == auth.principal_id;
}

} // namespace

rules::ConsentLevel
consent_level_of(http::Request const& request, storage::Developer const& developer)
{
    return rules::consent_level(
        developer.mode, request.app.config.consent_auth, developer.consent_auth,
        developer.fido_required
    );
}

OpenRequest find_open_request(http::Request& request, std::string_view id)
{
    auto auth = storage::find_auth_request(request.db, id);
    if (!auth)
        throw http::request_unknown();
    if (auth->status != "pending" || auth->decide_by <= request.now)
        throw http::request_gone();
    auto developer = storage::find_developer(request.db, auth->developer_id);
    auto agent = storage::find_agent(request.db, auth->developer_id, auth->agent_id);
    if (!developer || !agent)
        throw http::request_gone();
    auto const level = consent_level_of(request, *developer);
    return {std::move(*auth), std::move(*developer), std::move(*agent), level};
}

bool has_link_secret(
    http::Request& request, storage::AuthRequest const& auth, std::string_view secret
)
{
    auto const hash = crypto::hex(crypto::sha256(secret));
    if (auth.link_hash && crypto::equal_constant_time(hash, *auth.link_hash))
        return true;
    return storage::find_session_link(request.db, auth.id, hash, request.now);
}

std::string consent_cookie_name(http::Request const& request, std::string_view id)
{
    auto const tail = id.substr(id.size() - std::min<std::size_t>(id.size(), 8));
    return (is_https(request) ? "__Host-gx_c_" : "gx_c_") + std::string{tail};
}

std::string consent_cookie_value(http::Request const& request, storage::AuthRequest const& auth)
{
    return request.app.keys.lookup_hash(
        "consent cookie\n" + auth.id + "\n" + auth.link_hash.value_or("")
    );
}

std::string consent_csrf(http::Request const& request, storage::AuthRequest const& auth)
{
    return request.app.keys.lookup_hash(
        "consent csrf\n" + auth.id + "\n" + auth.link_hash.value_or("")
    );
}

bool has_consent_cookie(http::Request const& request, storage::AuthRequest const& auth)
{
    auto const cookie = request.cookie(consent_cookie_name(request, auth.id));
    return cookie && crypto::equal_constant_time(*cookie, consent_cookie_value(request, auth));
}

void check_same_site(
    http::Request const& request, storage::AuthRequest const& auth, std::string_view csrf
)
{
    if (!is_same_site(request))
        throw http::cross_site();
    if (request.cookie(consent_cookie_name(request, auth.id)) &&
        !crypto::equal_constant_time(csrf, consent_csrf(request, auth)))
        throw http::cross_site();
}

void check_person(
    http::Request const& request, OpenRequest const& open, Decision decision,
    std::string_view session
)
{
    if (open.level == rules::ConsentLevel::none)
        return;
    if (!has_consent_cookie(request, open.auth))
        throw http::consent_link_required();
    if (decision == Decision::deny)
        return; // refusing stays easy: it grants nothing
    if (open.level == rules::ConsentLevel::session && !is_session_of(request, open.auth, session))
        throw http::principal_verification_required();
    if (open.level == rules::ConsentLevel::passkey)
        throw http::passkey_required(); // an assertion is the only proof of it, and none exists
}

std::optional<std::string> approve(http::Request& request, storage::AuthRequest const& auth)
{
    check_principal(request, auth.developer_id, auth.principal_id);
    // The rules may have changed since the request was made; an allow has no effect here.
    check_deny_policies(
        request,
        {.developer_id = auth.developer_id,
         .question =
             {.agent_id = auth.agent_id, .principal_id = auth.principal_id, .scopes = auth.scopes}}
    );
    auto code = make_code(request.now);
    auto const hash = code_hash(code);
    if (!storage::update_auth_request_to_approved(request.db, auth.id, hash, request.now))
        return {};
    storage::revoke_consent_sessions(request.db, auth.id, request.now);
    return code;
}

bool deny(http::Request& request, storage::AuthRequest const& auth)
{
    if (!storage::update_auth_request_to_denied(request.db, auth.id, request.now))
        return false;
    storage::revoke_consent_sessions(request.db, auth.id, request.now);
    return true;
}

std::optional<std::string>
redirect_after(storage::AuthRequest const& auth, std::optional<std::string> const& code)
{
    if (!auth.redirect_uri)
        return {};
    std::vector<std::pair<std::string_view, std::string_view>> parameters;
    if (code)
        parameters.emplace_back("code", *code);
    else
        parameters.emplace_back("error", "access_denied"); // RFC 6749 4.1.2.1
    if (auth.state)
        parameters.emplace_back("state", *auth.state);
    return rules::redirect_with(*auth.redirect_uri, parameters);
}

} // namespace api
