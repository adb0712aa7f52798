// Confirming a developer's e-mail address: a link is mailed to it, and opening the link binds the
// address to the developer. jobs/send_mails does the mailing.
#pragma once

#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

struct SignupVerificationBody
{
    http::Line<1, 254> email;
};
BOOST_DESCRIBE_STRUCT(SignupVerificationBody, (), (email))

struct SignupVerificationView
{
    std::string message;
    storage::Timestamp expiresAt;
};
BOOST_DESCRIBE_STRUCT(SignupVerificationView, (), (message, expiresAt))

struct EmailConfirmationView
{
    std::string message;
    std::optional<std::string> email; // only the first time
};
BOOST_DESCRIBE_STRUCT(EmailConfirmationView, (), (message, email))

http::Created<SignupVerificationView>
send_signup_verification(http::Request& request, SignupVerificationBody const& body);
EmailConfirmationView confirm_signup_verification(http::Request& request);

} // namespace api
