#include "server/api/decision.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "server/api/page_security.hpp"
#include "server/api/policy_check.hpp"
#include "server/http/error.hpp"
#include "server/rules/redirect_uri.hpp"

namespace api {

namespace {

// On http (loopback only) browsers refuse Secure cookies and the __Host- prefix that needs them.
bool is_https(http::Request const& request)
{
    return request.app.config.public_base_url.starts_with("https://");
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
    return cookie && auth.link_hash &&
           crypto::equal_constant_time(*cookie, consent_cookie_value(request, auth));
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

void check_person(http::Request const& request, OpenRequest const& open, Decision decision)
{
    if (open.level == rules::ConsentLevel::none)
        return;
    if (!has_consent_cookie(request, open.auth))
        throw http::consent_link_required();
    if (decision == Decision::deny)
        return; // refusing stays easy: it grants nothing
    if (open.level == rules::ConsentLevel::session)
        throw http::principal_verification_required();
    if (open.level == rules::ConsentLevel::passkey)
        throw http::passkey_required();
}

std::optional<std::string> approve(http::Request& request, storage::AuthRequest const& auth)
{
    // The rules may have changed since the request was made; an allow has no effect here.
    check_deny_policies(
        request,
        {.developer_id = auth.developer_id,
         .question =
             {.agent_id = auth.agent_id, .principal_id = auth.principal_id, .scopes = auth.scopes}}
    );
    auto code = crypto::random_token();
    auto const hash = crypto::hex(crypto::sha256(code));
    if (!storage::update_auth_request_to_approved(request.db, auth.id, hash, request.now))
        return {};
    return code;
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
