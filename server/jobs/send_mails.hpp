// Sends the mails that requests have queued: rows of the table mails, so a crash loses none. A mail
// that was handed over but not noted before a crash goes out twice, under the same Message-ID.
#pragma once

#include "server/jobs/host.hpp"
#include "server/jobs/smtp_connection.hpp"
#include "server/tls_client.hpp"
#include "storage/mails.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace jobs {

class SendMails
{
public:
    SendMails(Host host, server::TlsClient& tls);

    void start();

    // Cuts off what is under way; that mail stays due.
    void stop();

    static constexpr std::chrono::milliseconds interval{1000}; // between looks at the table
    static constexpr int attempts_max = 10;

private:
    struct Failure
    {
        std::string reason;
        bool is_permanent = false;
    };

    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> process(storage::Mail mail);
    boost::asio::awaitable<std::optional<Failure>>
    attempt(storage::Mail const& mail, std::string const& link);
    boost::asio::awaitable<void> note_failure(storage::Mail const& mail, Failure const& failure);
    boost::asio::awaitable<void> finish(storage::Mail const& mail);

    std::vector<storage::Mail> due_mails();
    std::optional<std::string> link_of(storage::Mail const& mail);
    std::optional<Failure> show(storage::Mail const& mail, std::string const& link) const;

    Host host_;
    server::TlsClient& tls_;
    boost::asio::steady_timer pause_;
    std::weak_ptr<SmtpConnection> connection_; // the one under way
    std::set<std::string> unnoted_;            // gone out, and the disk did not take that it has
    bool stopping_ = false;
};

// How long after the failure of the n-th attempt (from 1) the next one follows.
std::chrono::seconds retry_delay(int attempts);

} // namespace jobs
