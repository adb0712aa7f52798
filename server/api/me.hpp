// The developer's own account: signing up, looking at it, replacing the key.
#pragma once

#include "server/api/redirect_uris.hpp"
#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

using Mode = http::OneOf<"live", "sandbox">;
using Plan = http::OneOf<"free", "pro", "enterprise">;
using ConsentAuth = http::OneOf<"none", "link", "session", "passkey">;

struct SignupBody
{
    http::Line<0, 200> name;
    std::optional<http::Line<0, 254>> email;
    std::optional<Mode> mode;

    static void check_open(http::Request const& request); // ApiError 403 where sign-up is closed
};
BOOST_DESCRIBE_STRUCT(SignupBody, (), (name, email, mode))

struct SignupView
{
    std::string developerId;
    std::string apiKey;
    std::string name;
    http::Nullable<std::string> email;
    Mode mode;
    storage::Timestamp createdAt;
};
BOOST_DESCRIBE_STRUCT(SignupView, (), (developerId, apiKey, name, email, mode, createdAt))

struct DeveloperView
{
    std::string developerId;
    std::string id; // alias of developerId
    std::string name;
    http::Nullable<std::string> email;
    bool emailVerified = false;
    Mode mode;
    Plan plan;
    bool fidoRequired = false;
    http::Nullable<std::string> fidoRpName;
    std::vector<std::string> allowedRedirectUris;
    int maxDelegationDepth = 0;
    ConsentAuth consentAuth;
    storage::Timestamp createdAt;
};
BOOST_DESCRIBE_STRUCT(
    DeveloperView, (),
    (developerId, id, name, email, emailVerified, mode, plan, fidoRequired, fidoRpName,
     allowedRedirectUris, maxDelegationDepth, consentAuth, createdAt)
)

struct UpdateDeveloperBody
{
    static constexpr std::int64_t members_min = 1;
    std::optional<bool> fidoRequired;
    std::optional<http::Line<0, 100>> fidoRpName;
    std::optional<RedirectUris> allowedRedirectUris;
    std::optional<http::Integer<1, 10>> maxDelegationDepth;
    std::optional<ConsentAuth> consentAuth;
};
BOOST_DESCRIBE_STRUCT(
    UpdateDeveloperBody, (),
    (fidoRequired, fidoRpName, allowedRedirectUris, maxDelegationDepth, consentAuth)
)

struct UpdatedDeveloperView : DeveloperView
{
    bool updated = true;
};
BOOST_DESCRIBE_STRUCT(UpdatedDeveloperView, (DeveloperView), (updated))

struct RotateKeyView
{
    std::string apiKey;
    storage::Timestamp rotatedAt;
};
BOOST_DESCRIBE_STRUCT(RotateKeyView, (), (apiKey, rotatedAt))

http::Created<SignupView> signup(http::Request& request, SignupBody const& body);
DeveloperView get_me(http::Request& request);
UpdatedDeveloperView update_me(http::Request& request, UpdateDeveloperBody const& body);
RotateKeyView rotate_key(http::Request& request);
RotateKeyView rotate_key_alias(http::Request& request);

} // namespace api
