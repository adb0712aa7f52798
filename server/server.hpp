// The running server: the loop with everything on it.
#pragma once

#include "server/admin/admin_socket.hpp"
#include "server/app.hpp"
#include "server/http/dispatch.hpp"
#include "server/http/listener.hpp"
#include "server/jobs/count_active_grants.hpp"
#include "server/jobs/deliver_notifications.hpp"
#include "server/jobs/deliver_webhooks.hpp"
#include "server/jobs/delivery_queues.hpp"
#include "server/jobs/detect_anomalies.hpp"
#include "server/jobs/expire_rows.hpp"
#include "server/jobs/measure_loop_lag.hpp"
#include "server/jobs/rotate_signing_keys.hpp"
#include "server/jobs/send_mails.hpp"
#include "server/jobs/write_usage.hpp"
#include "server/resolver.hpp"
#include "server/streams/streams.hpp"
#include "server/systemd_link.hpp"
#include "server/tls_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace server {

class Server
{
public:
    // Listens at once. Throws ConfigError when the address cannot be used.
    Server(App& app, http::Log log);

    // On SIGHUP the settings are read again: `now` is what they are, `read` finds the next ones.
    using ReadSettings = std::function<std::vector<SettingValue>()>;
    void reload_with(std::vector<SettingValue> now, ReadSettings read);

    // Serves until SIGTERM or SIGINT, then finishes what is under way (at most drain_max).
    void run();

    // From any thread: as if SIGTERM had come.
    void stop();

    [[nodiscard]] boost::asio::ip::tcp::endpoint address() const { return listener_.address(); }

    // Where TLS is served, if it is.
    [[nodiscard]] std::optional<boost::asio::ip::tcp::endpoint> tls_address() const;

    // Reads the files of the TLS certificate again, on the loop or before it runs: connections
    // from now on see them, and none that is open is touched. Returns what is wrong with the
    // files, when the old ones stay in use; nothing when all is well or TLS is not served.
    std::optional<std::string> reload_certificates();

    static constexpr std::chrono::seconds drain_max{20};

private:
    void pass_on_outbox();
    void wait_for_signal();
    void reload_settings();
    void watch_over();
    [[nodiscard]] std::string status_text();
    void drain();
    void listener_drained();
    void end();

    App& app_;
    http::Log log_;
    boost::asio::io_context loop_{1};
    boost::asio::signal_set signals_{loop_};
    boost::asio::steady_timer drain_timer_{loop_};
    http::Dispatch dispatch_;
    streams::Streams streams_;
    http::Listener listener_;
    std::optional<http::TlsContext> tls_;
    std::optional<http::Listener> tls_listener_;
    Resolver resolver_;
    TlsClient outbound_tls_;
    jobs::Outbound outbound_;
    jobs::Host job_host_;
    http::Waiting waiting_;
    jobs::SendMails send_mails_;
    jobs::WriteUsage write_usage_;
    jobs::DeliverWebhooks webhooks_;
    jobs::DeliverNotifications notifications_;
    jobs::DeliveryQueues webhook_queues_;
    jobs::DeliveryQueues notification_queues_;
    jobs::ExpireRows expire_rows_;
    jobs::CountActiveGrants count_active_grants_;
    jobs::MeasureLoopLag measure_loop_lag_;
    jobs::DetectAnomalies detect_anomalies_;
    jobs::RotateSigningKeys rotate_signing_keys_;
    admin::AdminSocket admin_socket_;
    SystemdLink systemd_;
    boost::asio::steady_timer watchdog_timer_{loop_};
    std::vector<SettingValue> settings_now_;
    ReadSettings read_settings_;
    int listeners_to_drain_ = 0;
    bool draining_ = false;
};

// "127.0.0.1:3001", "[::1]:3001" -> endpoint. Throws ConfigError, which names the setting.
boost::asio::ip::tcp::endpoint parse_listen_address(std::string_view text, std::string_view name);

} // namespace server
