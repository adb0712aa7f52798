#include "server/jobs/smtp_delivery.hpp"

#include "server/rules/email_address.hpp"
#include "server/rules/mail_message.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>

#include <string_view>

namespace jobs {

namespace {

namespace asio = boost::asio;

using rules::find_offer;

constexpr std::chrono::seconds connect_max{10}; // until the server has greeted, TLS included
constexpr std::chrono::seconds dialogue_max{50};

enum class Tell
{
    text, // the server has seen nothing that is secret yet
    code
};

struct Step
{
    std::string_view what; // as the log calls it
    Tell tell = Tell::text;
    bool refusal_lasts = false; // a 5xx is about this mail, not about how this server is set up
};

void expect(SmtpReply const& reply, int hundreds, Step step)
{
    if (reply.code / 100 == hundreds)
        return;
    auto reason = std::string{step.what} + " was answered " + std::to_string(reply.code);
    if (step.tell == Tell::text)
        reason += " " + reply.lines.back();
    throw SmtpFailure(reason, step.refusal_lasts && reply.code / 100 == 5);
}

asio::awaitable<SmtpReply>
ask(SmtpConnection& connection, std::string_view line, int hundreds, Step step)
{
    auto reply = co_await connection.command(line);
    expect(reply, hundreds, step);
    co_return reply;
}

// How this server calls itself: the host of its URL (RFC 5321 4.1.3 for addresses).
std::string own_name(std::string const& base_url)
{
    auto const url = boost::urls::parse_uri(base_url);
    auto const host = url ? std::string{url->host_address()} : std::string{"localhost"};
    boost::system::error_code error;
    auto const address = asio::ip::make_address(host, error);
    if (error)
        return host;
    return address.is_v6() ? "[IPv6:" + host + "]" : "[" + host + "]";
}

asio::awaitable<SmtpReply> greet(SmtpConnection& connection, server::Config const& config)
{
    auto const line = "EHLO " + own_name(config.public_base_url);
    co_return co_await ask(connection, line, 2, {"EHLO"});
}

// Leaves the connection as safe as the settings ask; returns what the server offers then.
asio::awaitable<SmtpReply> open(SmtpConnection& connection, server::Config const& config)
{
    auto const& server = *config.smtp_server;
    co_await connection.connect(server.host, server.port);
    if (server.tls)
        co_await connection.start_tls(server.host, Certificate::checked);
    auto const greeting = co_await connection.read_reply();
    expect(greeting, 2, {"the connection"});
    auto offers = co_await greet(connection, config);
    if (server.tls)
        co_return offers;
    auto const required = config.smtp_starttls_required;
    if (!find_offer(offers, "STARTTLS")) {
        if (required)
            throw SmtpFailure(
                "the mail server offers no STARTTLS; see GRANTEXD_SMTP_STARTTLS", false
            );
        co_return offers;
    }
    co_await ask(connection, "STARTTLS", 2, {"STARTTLS"});
    co_await connection.start_tls(
        server.host, required ? Certificate::checked : Certificate::unchecked
    );
    co_return co_await greet(connection, config); // RFC 3207 4.2: forget what was offered before
}

asio::awaitable<void>
log_in(SmtpConnection& connection, server::Config const& config, SmtpReply const& offers)
{
    auto const offer = find_offer(offers, "AUTH").value_or("");
    auto const& user = config.smtp_user;
    auto const& password = config.smtp_password;
    if (offer.find(" PLAIN") != std::string::npos) { // RFC 4616
        auto const text = std::string{'\0'} + user + '\0' + password;
        auto const line = "AUTH PLAIN " + rules::base64(text);
        co_await ask(connection, line, 2, {"AUTH", Tell::code});
    } else if (offer.find(" LOGIN") != std::string::npos) {
        auto const first = rules::base64(user);
        auto const second = rules::base64(password);
        co_await ask(connection, "AUTH LOGIN", 3, {"AUTH", Tell::code});
        co_await ask(connection, first, 3, {"AUTH", Tell::code});
        co_await ask(connection, second, 2, {"AUTH", Tell::code});
    } else {
        throw SmtpFailure("the mail server offers neither AUTH PLAIN nor AUTH LOGIN", false);
    }
}

asio::awaitable<void>
hand_over(SmtpConnection& connection, SmtpMail const& mail, SmtpReply const& offers)
{
    std::string parameters;
    if (!rules::is_ascii(mail.to)) {
        if (!find_offer(offers, "SMTPUTF8")) // RFC 6531
            throw SmtpFailure("the mail server takes no addresses beyond ASCII", true);
        parameters = " BODY=8BITMIME SMTPUTF8";
    }
    auto const from = "MAIL FROM:<" + mail.from + ">" + parameters;
    auto const to = "RCPT TO:<" + mail.to + ">";
    auto const data = rules::smtp_data(mail.message);
    co_await ask(connection, from, 2, {"MAIL FROM", Tell::text, true});
    co_await ask(connection, to, 2, {"RCPT TO", Tell::text, true});
    co_await ask(connection, "DATA", 3, {"DATA", Tell::text, true});
    co_await connection.send(data);
    auto const taken = co_await connection.read_reply();
    expect(taken, 2, {"the mail", Tell::code, true});
    co_await connection.send("QUIT\r\n"); // whatever it answers, the mail is taken
}

asio::awaitable<void>
converse(SmtpConnection& connection, server::Config const& config, SmtpMail const& mail)
{
    connection.set_deadline(connect_max);
    auto const offers = co_await open(connection, config);
    connection.set_deadline(dialogue_max);
    if (!config.smtp_user.empty())
        co_await log_in(connection, config, offers);
    co_await hand_over(connection, mail, offers);
}

} // namespace

asio::awaitable<void>
deliver(SmtpConnection& connection, server::Config const& config, SmtpMail const& mail)
{
    try {
        co_await converse(connection, config, mail);
    } catch (boost::system::system_error const& error) {
        auto const& server = *config.smtp_server;
        throw SmtpFailure(
            server.host + ":" + server.port + ": " +
                (connection.is_late() ? "no answer in time" : error.code().message()),
            false
        );
    }
}

} // namespace jobs
