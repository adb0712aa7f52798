#include "server/api/me.hpp"

#include "crypto/hash.hpp"
#include "server/api/text.hpp"
#include "server/http/authenticate.hpp"
#include "server/rules/consent_level.hpp"
#include "server/seeds.hpp"

namespace api {

namespace {

// local@domain.tld without whitespace; whether it exists only a mail can tell.
bool is_plausible_email(std::string_view email)
{
    auto const at = email.find('@');
    if (at == 0 || at == std::string_view::npos || email.find('@', at + 1) != email.npos)
        return false;
    auto const domain = email.substr(at + 1);
    auto const dot = domain.rfind('.');
    return dot != std::string_view::npos && dot > 0 && dot + 1 < domain.size() &&
           email.find_first_of(" \t") == std::string_view::npos;
}

std::string lower(std::string text)
{
    for (auto& c : text)
        c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    return text;
}

std::optional<std::string> read_email(SignupBody const& body)
{
    if (!body.email)
        return {};
    auto email = lower(trimmed(*body.email));
    if (!is_plausible_email(email))
        throw http::bad_request("email must look like name@example.com");
    return email;
}

} // namespace

http::Created<SignupView> signup(http::Request& request, SignupBody const& body)
{
    if (!request.app.config.signup_open)
        throw http::signup_closed();
    auto name = trimmed(body.name);
    if (name.empty())
        throw http::bad_request("name must have 1 to 200 characters");
    auto mode = body.mode ? std::string{*body.mode} : "live";
    if (mode != "live" && mode != "sandbox")
        throw http::bad_request("mode must be live or sandbox");
    auto email = read_email(body);
    if (email && storage::find_developer_by_email(request.db, *email))
        throw http::email_taken();

    auto made = server::make_developer(
        request.db, request.app.ids, request.now, request.app.config, std::move(name),
        std::move(email), std::move(mode)
    );
    auto const& developer = made.developer;
    return {
        {developer.id, made.api_key, developer.name, developer.email, developer.mode,
         developer.created_at}};
}

DeveloperView get_me(http::Request& request)
{
    auto const& me = request.caller();
    return {
        .developerId = me.id,
        .id = me.id,
        .name = me.name,
        .email = me.email,
        .emailVerified = me.email_verified,
        .mode = me.mode,
        .plan = me.plan,
        .fidoRequired = me.fido_required,
        .fidoRpName = me.fido_rp_name,
        .allowedRedirectUris = me.allowed_redirect_uris,
        .maxDelegationDepth =
            me.max_delegation_depth.value_or(request.app.config.max_delegation_depth),
        .consentAuth = std::string{rules::consent_level_text(rules::consent_level(
            me.mode, request.app.config.consent_auth, me.consent_auth, me.fido_required
        ))},
        .createdAt = me.created_at};
}

RotateKeyView rotate_key(http::Request& request)
{
    auto const presented = http::presented_key(request.message);
    // Of two rotations with the same key the second finds it gone already.
    if (!storage::delete_api_key(request.db, crypto::hex(crypto::sha256(presented))))
        throw http::invalid_api_key();
    auto key = server::make_api_key(request.caller().mode);
    storage::insert_api_key(
        request.db, crypto::hex(crypto::sha256(key)), request.caller().id, request.now
    );
    return {std::move(key), request.now};
}

RotateKeyView rotate_key_alias(http::Request& request)
{
    return rotate_key(request);
}

} // namespace api
