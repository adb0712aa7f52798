#include "server/server.hpp"

#include "server/http/routes.hpp"
#include "server/rules/time_text.hpp"
#include "storage/developers.hpp"
#include "web/pages.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <utility>

#include <sysexits.h>

namespace server {

namespace {

// Names of settings.
constexpr std::string_view plain = "LISTEN";
constexpr std::string_view over_tls = "TLS_LISTEN";

std::string flag_of(std::string_view name)
{
    return name == plain ? "--listen" : "--tls-listen";
}

http::Listener make_listener(
    boost::asio::io_context& loop, std::string_view name, std::string const& address,
    http::Handler& handler, http::TlsContext const* tls
)
{
    web::compile_pages(); // a mistake in a template stops the start, not the first visitor
    auto const endpoint = parse_listen_address(address, name);
    try {
        // systemd keeps its sockets while we are started anew, so that nobody is turned away.
        auto const inherited = take_inherited_socket(name == plain ? "http" : "https");
        return {loop, endpoint, handler, {}, tls, inherited};
    } catch (boost::system::system_error const& error) {
        throw ConfigError(
            "cannot listen on " + address + ": " + error.code().message() +
            ". Try: " + flag_of(name) + " 127.0.0.1:0 for any free port, or stop what uses it"
        );
    }
}

std::optional<http::TlsContext> make_tls(Config const& config)
{
    if (config.tls_listen.empty())
        return std::nullopt;
    return std::optional<http::TlsContext>{std::in_place, config.tls_certificate, config.tls_key};
}

std::optional<http::Listener> make_tls_listener(
    boost::asio::io_context& loop, Config const& config, http::Handler& handler,
    std::optional<http::TlsContext> const& tls
)
{
    if (!tls)
        return std::nullopt;
    return make_listener(loop, over_tls, config.tls_listen, handler, &*tls);
}

std::vector<unsigned short>
ports_of(http::Listener const& listener, std::optional<http::Listener> const& tls_listener)
{
    std::vector<unsigned short> ports{listener.address().port()};
    if (tls_listener)
        ports.push_back(tls_listener->address().port());
    return ports;
}

// An expired certificate is told of and served: a server that refused to start over it would help
// nobody, and clients see it themselves.
void log_certificate(
    http::Log const& log, http::TlsContext::Certificate const& certificate, storage::Timestamp now
)
{
    auto const until = rules::time_text(certificate.valid_until);
    auto const& file = certificate.file.native();
    log.event("tls.certificate", {{"file", file}, {"valid_until", until}});
    std::string_view const problem = now > certificate.valid_until  ? "it has expired"
                                     : now < certificate.valid_from ? "it is not valid yet"
                                                                    : "";
    if (!problem.empty())
        log.event("tls.warning", {{"file", file}, {"problem", problem}});
}

std::function<void(std::string_view why)> end_process(http::Log const& log)
{
    return [log](std::string_view why) {
        log.event("fatal", {{"why", why}});
        // Not exit(): nothing may be written any more, and systemd restarts us.
        std::_Exit(EX_SOFTWARE);
    };
}

} // namespace

boost::asio::ip::tcp::endpoint parse_listen_address(std::string_view text, std::string_view name)
{
    auto const colon = text.rfind(':');
    auto host = text.substr(0, colon == std::string_view::npos ? 0 : colon);
    if (host == "localhost")
        host = "127.0.0.1";
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    auto const address = boost::asio::ip::make_address(std::string{host}, error);
    unsigned port = 0;
    auto const digits = text.substr(colon == std::string_view::npos ? text.size() : colon + 1);
    auto const [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error || digits.empty() || fault != std::errc{} || end != digits.data() + digits.size() ||
        port > 65535)
        throw ConfigError(
            "GRANTEXD_" + std::string{name} + " must be ADDRESS:PORT, not \"" + std::string{text} +
            "\". Try: " + flag_of(name) + (name == plain ? " 127.0.0.1:3001" : " 0.0.0.0:443")
        );
    return {address, static_cast<unsigned short>(port)};
}

Server::Server(App& app, http::Log log)
    : app_(app), log_(log), dispatch_(loop_, app, http::routes(), log, end_process(log)),
      streams_(app, log),
      listener_(make_listener(loop_, plain, app.config.listen, dispatch_, nullptr)),
      tls_(make_tls(app.config)),
      tls_listener_(make_tls_listener(loop_, app.config, dispatch_, tls_)),
      resolver_(loop_, app.config.dns_servers),
      outbound_{
          loop_, resolver_, outbound_tls_, app.config.outbound_policy,
          ports_of(listener_, tls_listener_)},
      job_host_{loop_, app_, dispatch_.batches(), log_, end_process(log_)},
      waiting_{job_host_, resolver_}, send_mails_(job_host_, outbound_tls_),
      write_usage_(job_host_), webhooks_(job_host_), notifications_(job_host_, outbound_tls_),
      webhook_queues_(job_host_, outbound_, webhooks_),
      notification_queues_(job_host_, outbound_, notifications_), expire_rows_(job_host_),
      count_active_grants_(job_host_), measure_loop_lag_(job_host_), detect_anomalies_(job_host_),
      rotate_signing_keys_(job_host_), admin_socket_(job_host_, app.config.admin_socket)
{
    dispatch_.batches().on_durable([this](std::size_t) { pass_on_outbox(); });
    dispatch_.wait_with(waiting_);
    dispatch_.on_stream([this](auto& taken, auto const& message, auto opening) {
        streams_.open(taken, message, std::move(opening));
    });
    for (auto const signal : {SIGTERM, SIGINT, SIGHUP})
        signals_.add(signal);
    if (tls_) {
        std::ostringstream address;
        address << tls_listener_->address();
        log_.event("tls.listening", {{"address", address.str()}});
        log_certificate(log_, tls_->certificate(), app_.clock.now());
    }
}

std::optional<boost::asio::ip::tcp::endpoint> Server::tls_address() const
{
    return tls_listener_ ? std::optional{tls_listener_->address()} : std::nullopt;
}

std::optional<std::string> Server::reload_certificates()
{
    if (!tls_)
        return std::nullopt;
    auto fault = tls_->reload();
    if (!fault)
        log_certificate(log_, tls_->certificate(), app_.clock.now());
    return fault;
}

void Server::run()
{
    wait_for_signal();
    send_mails_.start();
    webhook_queues_.start();
    notification_queues_.start();
    expire_rows_.start();
    write_usage_.start();
    if (app_.config.metrics_enabled) {
        count_active_grants_.start();
        measure_loop_lag_.start();
    }
    detect_anomalies_.start();
    rotate_signing_keys_.start();
    admin_socket_.start();
    systemd_.ready(status_text());
    watch_over();
    loop_.run();
    log_.flush();
}

// A batch is on disk: what its turns announced can be read now.
void Server::pass_on_outbox()
{
    auto const announced = std::exchange(app_.outbox, {});
    webhook_queues_.wake(announced.webhooks);
    notification_queues_.wake(announced.channels);
    streams_.wake(announced.developers);
}

void Server::stop()
{
    boost::asio::post(loop_, [this] { drain(); });
}

void Server::wait_for_signal()
{
    signals_.async_wait([this](boost::system::error_code error, int signal) {
        if (error)
            return;
        if (signal == SIGHUP) {
            reload_settings();
            return wait_for_signal();
        }
        log_.event("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
        drain();
    });
}

void Server::reload_with(std::vector<SettingValue> now, ReadSettings read)
{
    settings_now_ = std::move(now);
    read_settings_ = std::move(read);
}

// What is wrong leaves everything as it is: a running server does not end over a mistyped line.
void Server::reload_settings()
{
    if (!read_settings_)
        return;
    systemd_.reloading();
    try {
        auto reloaded = reload(settings_now_, read_settings_());
        auto next = make_config(reloaded.values);
        app_.config = std::move(next);
        app_.use_listen_port(address().port());
        settings_now_ = std::move(reloaded.values);
        for (auto const& name : reloaded.applied)
            log_.event("setting.applied", {{"name", name}});
        for (auto const& name : reloaded.waiting)
            log_.event("setting.needs_restart", {{"name", name}});
        log_.event("settings.reloaded", {{"applied", std::to_string(reloaded.applied.size())}});
        if (auto const fault = reload_certificates())
            log_.event("tls.refused", {{"why", *fault}});
    } catch (ConfigError const& error) {
        log_.event("settings.refused", {{"why", error.what()}});
    }
    systemd_.ready(status_text());
}

// A loop that hangs tells nothing, and systemd starts the server anew.
void Server::watch_over()
{
    if (!systemd_.watchdog_interval())
        return;
    watchdog_timer_.expires_after(*systemd_.watchdog_interval());
    watchdog_timer_.async_wait([this](boost::system::error_code error) {
        if (error)
            return;
        systemd_.alive(status_text());
        watch_over();
    });
}

// "serving 12 agents, 340 grants"
std::string Server::status_text()
{
    std::int64_t agents = 0;
    std::int64_t grants = 0;
    auto const all = jobs::read(job_host_, [this] { return storage::list_totals(app_.reader); });
    for (auto const& totals : all) {
        agents += totals.agents;
        grants += totals.grants;
    }
    return (draining_ ? "finishing, " : "serving ") + std::to_string(agents) + " agents, " +
           std::to_string(grants) + " grants";
}

void Server::drain()
{
    if (draining_)
        return;
    draining_ = true;
    systemd_.stopping();
    admin_socket_.stop();
    signals_.cancel();
    send_mails_.stop();
    webhook_queues_.stop();
    notification_queues_.stop();
    streams_.stop();
    expire_rows_.stop();
    count_active_grants_.stop();
    measure_loop_lag_.stop();
    detect_anomalies_.stop();
    rotate_signing_keys_.stop();
    drain_timer_.expires_after(drain_max);
    drain_timer_.async_wait([this](boost::system::error_code error) {
        if (error)
            return;
        listener_.close(); // whoever is not done by now is cut off
        if (tls_listener_)
            tls_listener_->close();
    });
    listeners_to_drain_ = tls_listener_ ? 2 : 1;
    listener_.drain([this] { listener_drained(); });
    if (tls_listener_)
        tls_listener_->drain([this] { listener_drained(); });
}

void Server::listener_drained()
{
    // What was counted up to the last answer is written after it.
    if (--listeners_to_drain_ == 0)
        write_usage_.finish([this] { end(); });
}

// The last answers have gone out; a commit whose client left may still be under way.
void Server::end()
{
    if (!dispatch_.batches().idle()) {
        boost::asio::post(loop_, [this] { end(); });
        return;
    }
    drain_timer_.cancel();
    watchdog_timer_.cancel();
    loop_.stop();
}

} // namespace server
