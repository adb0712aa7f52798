#include "server/jobs/send_mails.hpp"

#include "server/jobs/smtp_delivery.hpp"
#include "server/rules/mail_message.hpp"
#include "server/spawn.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace jobs {

namespace {

namespace asio = boost::asio;

constexpr std::int64_t mails_per_look_max = 20;

} // namespace

std::chrono::seconds retry_delay(int attempts)
{
    constexpr std::chrono::seconds longest = std::chrono::hours{4};
    std::chrono::seconds delay{5};
    for (int i = 1; i < attempts && delay < longest; ++i)
        delay *= 4;
    return std::min(delay, longest);
}

SendMails::SendMails(Host host, server::TlsClient& tls)
    : host_(std::move(host)), tls_(tls), pause_(host_.loop)
{}

void SendMails::start()
{
    server::spawn(host_.loop.get_executor(), run());
}

void SendMails::stop()
{
    stopping_ = true;
    pause_.cancel();
    if (auto const connection = connection_.lock())
        connection->abort();
}

asio::awaitable<void> SendMails::run()
{
    while (!stopping_) {
        for (auto& mail : due_mails()) {
            if (stopping_)
                co_return;
            co_await process(std::move(mail));
        }
        if (stopping_)
            co_return;
        boost::system::error_code cancelled;
        pause_.expires_after(interval);
        co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

std::vector<storage::Mail> SendMails::due_mails()
{
    return read(host_, [&] {
        auto& db = host_.app.reader;
        auto const now = host_.app.clock.now();
        auto mails = storage::list_due_mails(db, now, mails_per_look_max);
        // Noted while the clock was ahead: later than any attempt up to now could have noted.
        if (mails.empty())
            for (auto& mail : storage::list_latest_due_mails(db, now, mails_per_look_max))
                if (mail.due_at > now + retry_delay(mail.attempts))
                    mails.push_back(std::move(mail));
        return mails;
    });
}

asio::awaitable<void> SendMails::process(storage::Mail mail)
{
    if (unnoted_.contains(mail.id)) {
        co_await finish(mail);
        co_return;
    }
    auto const link = link_of(mail);
    std::optional<Failure> failure;
    if (!link)
        failure = Failure{"its sealed link does not open", true};
    else if (mail.expires_at <= host_.app.clock.now())
        failure = Failure{"its link has expired", true};
    else if (!host_.app.config.smtp_server)
        failure = show(mail, *link);
    else
        failure = co_await attempt(mail, *link);

    if (!failure)
        co_await finish(mail);
    else if (!stopping_) // what stop() cut off is no failure
        co_await note_failure(mail, *failure);
}

std::optional<std::string> SendMails::link_of(storage::Mail const& mail)
{
    try {
        auto const secret = host_.app.keys.open_sealed(
            host_.app.reader, "mail", mail.developer_id, mail.id, "token",
            mail.sealed_token.value_or("")
        );
        if (!secret)
            return {};
        return host_.app.config.public_base_url + "/v1/signup/verify/" +
               std::string{secret->view()};
    } catch (SQLite::Exception const& failure) {
        log_failure(host_, failure);
        return {};
    }
}

// The one place where a link is logged, and in development mode only.
std::optional<SendMails::Failure>
SendMails::show(storage::Mail const& mail, std::string const& link) const
{
    if (!host_.app.config.dev)
        return Failure{"no mail server is set; see GRANTEXD_SMTP_URL", true};
    host_.log.event("mail.shown", {{"to", mail.recipient}, {"link", link}});
    return {};
}

asio::awaitable<std::optional<SendMails::Failure>>
SendMails::attempt(storage::Mail const& mail, std::string const& link)
{
    auto const& config = host_.app.config;
    auto message =
        rules::confirmation_mail(config.public_base_url, mail.developer_id, link, mail.expires_at);
    message.from = config.mail_from;
    message.to = mail.recipient;
    message.id = mail.id;
    message.date = host_.app.clock.now();
    SmtpMail const handed{message.from, message.to, rules::mail_text(message)};

    auto const connection = std::make_shared<SmtpConnection>(host_.loop, tls_.context());
    connection_ = connection;
    std::optional<Failure> failure;
    try {
        co_await deliver(*connection, config, handed);
    } catch (SmtpFailure const& refusal) {
        failure = Failure{refusal.what(), refusal.is_permanent};
    }
    connection->abort();
    co_return failure;
}

asio::awaitable<void> SendMails::finish(storage::Mail const& mail)
{
    Work const consume = [id = mail.id](storage::Database& db) { storage::consume_mail(db, id); };
    auto const noted = co_await write(host_, consume);
    if (noted)
        unnoted_.erase(mail.id);
    else
        unnoted_.insert(mail.id);
    if (noted && host_.app.config.smtp_server)
        host_.log.event("mail.sent", {{"mail", mail.id}, {"developer", mail.developer_id}});
}

asio::awaitable<void> SendMails::note_failure(storage::Mail const& mail, Failure const& failure)
{
    auto const attempts = mail.attempts + 1;
    auto const next = host_.app.clock.now() + retry_delay(attempts);
    auto const last = failure.is_permanent || attempts >= attempts_max || next >= mail.expires_at;
    Work const note = [id = mail.id, last, next](storage::Database& db) {
        if (last)
            storage::consume_mail(db, id);
        else
            storage::update_mail_attempt(db, id, next);
    };
    auto const noted = co_await write(host_, note);
    if (noted)
        host_.log.event(
            last ? "mail.given_up" : "mail.delayed",
            {{"mail", mail.id}, {"developer", mail.developer_id}, {"reason", failure.reason}}
        );
}

} // namespace jobs
