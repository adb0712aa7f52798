// Handing one mail to the mail server (RFC 5321).
#pragma once

#include "server/config.hpp"
#include "server/jobs/smtp_connection.hpp"

namespace jobs {

struct SmtpMail
{
    std::string from; // as rules::read_email_address gives them
    std::string to;
    std::string message; // headers and body, as rules::mail_text makes them
};

// Returns when the mail server has taken the mail. Throws SmtpFailure, whose text is fit for the
// log: replies that could repeat the mail or a password are told by their code alone.
boost::asio::awaitable<void>
deliver(SmtpConnection& connection, server::Config const& config, SmtpMail const& mail);

} // namespace jobs
