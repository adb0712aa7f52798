#include "server/api/me.hpp"

#include "crypto/hash.hpp"
#include "server/api/text.hpp"
#include "server/http/authenticate.hpp"
#include "server/rules/consent_level.hpp"
#include "server/rules/display_text.hpp"
#include "server/rules/email_address.hpp"
#include "server/seeds.hpp"

namespace api {

namespace {

std::optional<std::string> read_email(SignupBody const& body)
{
    if (!body.email)
        return {};
    auto email = rules::read_email_address(*body.email);
    if (!email)
        throw http::implausible_email();
    return email;
}

int read_depth(http::Request const& request, std::int64_t depth)
{
    auto const server_max = request.app.config.max_delegation_depth;
    if (depth > server_max)
        throw http::bad_request(
            "maxDelegationDepth must not exceed the server's " + std::to_string(server_max)
        );
    return static_cast<int>(depth);
}

// A developer may ask for more proof than the server does, never for less.
std::string read_consent_level(http::Request const& request, std::string_view text)
{
    auto const level = rules::parse_consent_level(text).value();
    auto const servers =
        rules::consent_level(request.caller().mode, request.app.config.consent_auth, {}, false);
    if (level < servers)
        throw http::bad_request(
            "consentAuth must not be lower than the server's " +
            std::string{rules::consent_level_text(servers)}
        );
    return std::string{text};
}

DeveloperView view(http::Request const& request, storage::Developer const& me)
{
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

} // namespace

void SignupBody::check_open(http::Request const& request)
{
    if (!request.app.config.signup_open)
        throw http::signup_closed();
}

http::Created<SignupView> signup(http::Request& request, SignupBody const& body)
{
    auto name = trimmed(body.name);
    // Blank is also what shows nothing: the consent page tells people this name.
    if (rules::display_text(name, 1).empty())
        throw http::bad_request("name must have 1 to 200 characters");
    auto email = read_email(body);
    if (email && storage::find_developer_by_email(request.db, *email))
        throw http::email_taken();

    auto made = server::make_developer(
        request.db, request.app.ids, request.now, request.app.config, std::move(name),
        std::move(email), body.mode.value_or("live")
    );
    auto const& developer = made.developer;
    return {
        {developer.id, made.api_key, developer.name, developer.email, developer.mode,
         developer.created_at}};
}

DeveloperView get_me(http::Request& request)
{
    return view(request, request.caller());
}

UpdatedDeveloperView update_me(http::Request& request, UpdateDeveloperBody const& body)
{
    if (!body.fidoRequired && !body.fidoRpName && !body.allowedRedirectUris &&
        !body.maxDelegationDepth && !body.consentAuth)
        throw http::bad_request(
            "Nothing to update. Send fidoRequired, fidoRpName, allowedRedirectUris, "
            "maxDelegationDepth or consentAuth"
        );
    auto me = request.caller();
    if (body.fidoRequired)
        me.fido_required = *body.fidoRequired;
    if (body.fidoRpName) {
        me.fido_rp_name = trimmed(*body.fidoRpName);
        if (me.fido_rp_name->empty())
            throw http::bad_request("fidoRpName must not be blank");
    }
    if (body.allowedRedirectUris)
        me.allowed_redirect_uris = read_redirect_uris(request, *body.allowedRedirectUris);
    if (body.maxDelegationDepth)
        me.max_delegation_depth = read_depth(request, body.maxDelegationDepth->value);
    if (body.consentAuth)
        me.consent_auth = read_consent_level(request, *body.consentAuth);
    storage::update_developer(request.db, me);
    return {view(request, me), true};
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
