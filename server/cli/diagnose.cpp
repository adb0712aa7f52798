#include "server/cli/diagnose.hpp"

#include "server/cli/admin_call.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/ask_health.hpp"
#include "server/cli/look_at_database.hpp"
#include "server/cli/remote_certificate.hpp"
#include "server/data_directory.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include <algorithm>
#include <chrono>

namespace cli {

namespace {

using State = Diagnosis::State;
using server::Config;

// `config` becomes what the running server listens on and is reached by: its flags and environment
// are not ours.
Diagnosis look_at_server(Config& config)
{
    try {
        if (!is_server_running(config))
            return {
                "server", State::problem, "no server runs on " + config.data_dir.string() + ".",
                "systemctl start grantexd"};
        auto const status = ask_running_server(config, "status");
        auto const version = std::string{status.at("version").as_string()};
        config.listen = status.at("listen").as_string();
        config.public_base_url = status.at("publicBaseUrl").as_string();
        if (version != GRANTEXD_VERSION)
            return {
                "server", State::advice,
                "version " + version + " runs, this program is " + GRANTEXD_VERSION + ".",
                "systemctl restart grantexd"};
        return {
            "server", State::good,
            "version " + version + " runs with " +
                std::to_string(status.at("developers").as_int64()) + " developers, " +
                std::to_string(status.at("agents").as_int64()) + " agents and " +
                std::to_string(status.at("grants").as_int64()) + " grants."};
    } catch (CallFailed const& failure) {
        return {"server", State::problem, failure.what(), {}};
    }
}

Diagnosis look_at_health(Config const& config)
{
    auto const problem = ask_health(HttpClient{"http://" + config.listen}).problem;
    if (problem.empty())
        return {"health", State::good, config.listen + " answers.", {}};
    return {"health", State::problem, problem + ".", "journalctl -u grantexd -n 50"};
}

Diagnosis look_at_disk(Config const& config)
{
    constexpr std::uint64_t megabyte = 1024 * 1024;
    auto const name = config.data_dir.string();
    struct stat directory
    {};
    if (::stat(name.c_str(), &directory) != 0)
        return {"disk", State::problem, name + " cannot be looked at.", "grantexd init"};
    if ((directory.st_mode & 077U) != 0)
        return {
            "disk", State::problem, name + " is open to other users of this machine.",
            "chmod 700 " + name};
    struct statvfs disk
    {};
    if (::statvfs(name.c_str(), &disk) != 0)
        return {"disk", State::problem, "the disk of " + name + " cannot be looked at.", {}};
    auto const free = std::uint64_t{disk.f_bavail} * disk.f_frsize / megabyte;
    auto const text = std::to_string(free) + " MB are free for " + name + ".";
    if (free < 100)
        return {"disk", State::problem, text, "df -h " + name};
    return {"disk", free < 1024 ? State::advice : State::good, text, {}};
}

// Tokens carry times that other machines judge.
Diagnosis look_at_clock()
{
    timex clock{};
    if (::adjtimex(&clock) < 0)
        return {"clock", State::advice, "the kernel does not tell about the clock.", {}};
    if ((static_cast<unsigned>(clock.status) & unsigned{STA_UNSYNC}) != 0)
        return {
            "clock", State::advice,
            "the clock is not synchronised; tokens are refused where it differs.",
            "timedatectl set-ntp true"};
    return {"clock", State::good, "the clock is synchronised.", {}};
}

Diagnosis look_at_backups(Config const& config)
{
    namespace files = std::filesystem;
    std::error_code error;
    std::optional<files::file_time_type> newest;
    for (files::directory_iterator each{config.backup_dir, error}, end; !error && each != end;
         each.increment(error))
        if (each->path().extension() == ".db")
            newest = std::max(
                newest.value_or(files::file_time_type::min()), each->last_write_time(error)
            );
    if (!newest)
        return {
            "backups", State::advice, "there is no backup in " + config.backup_dir.string() + ".",
            "grantexd backup, and systemctl enable --now grantexd-backup.timer"};
    auto const hours = std::chrono::duration_cast<std::chrono::hours>(
                           files::file_time_type::clock::now() - *newest
    )
                           .count();
    auto const text = "the newest backup is " + std::to_string(hours) + " hours old.";
    if (hours > 26)
        return {"backups", State::advice, text, "systemctl status grantexd-backup.timer"};
    return {"backups", State::good, text, {}};
}

Diagnosis look_at_url(Config const& config)
{
    auto const& url = config.public_base_url;
    constexpr std::string_view https = "https://";
    if (!url.starts_with(https))
        return {
            "url", config.dev ? State::good : State::advice,
            "clients use " + url + ", which is this machine only.",
            config.dev ? "" : "public_base_url = https://auth.example.com in the settings"};
    auto const certificate = look_at_remote_certificate(url.substr(https.size()));
    if (!certificate.fault.empty())
        return {"url", State::problem, url + ": " + certificate.fault, {}};
    auto const text = url + " answers; its certificate is good for " +
                      std::to_string(certificate.days_left) + " more days.";
    return {"url", certificate.days_left < 14 ? State::advice : State::good, text, {}};
}

Diagnosis look_at_proxy(Config const& config)
{
    if (config.public_base_url.starts_with("https://") && config.tls_listen.empty() &&
        config.trust_proxy.empty())
        return {
            "proxy", State::advice,
            "TLS ends in front of this server, which therefore sees one address for all clients.",
            "trust_proxy = 127.0.0.1 in the settings, or the proxy's address"};
    return {"proxy", State::good, "client addresses are known.", {}};
}

Diagnosis look_at_consent(Config const& config)
{
    if (config.consent_auth == "none")
        return {
            "consent", config.dev ? State::good : State::problem,
            "whoever knows a request's id may approve it (consent_auth = none).",
            config.dev ? "" : "consent_auth = link in the settings"};
    return {
        "consent",
        State::good,
        "a decision needs more than the request's id (" + config.consent_auth + ").",
        {}};
}

Diagnosis look_at_mail(Config const& config)
{
    if (!config.smtp_server)
        return {
            "mail", State::advice,
            "no mail is sent: addresses are not confirmed, alerts reach no mailbox.",
            "smtp_url = smtps://mail.example.com and mail_from in the settings"};
    return {"mail", State::good, "mails are sent from " + config.mail_from + ".", {}};
}

Diagnosis look_at_metrics(Config const& config)
{
    if (config.metrics_enabled && config.metrics_require_auth && config.metrics_api_key.empty())
        return {
            "metrics", State::advice, "nobody can read /metrics, since it has no key.",
            "metrics_api_key_file = FILE in the settings"};
    return {"metrics", State::good, "/metrics is as it is set.", {}};
}

} // namespace

std::vector<Diagnosis> diagnose(Input const& input)
{
    std::optional<Config> config;
    std::vector<Diagnosis> all;
    try {
        config = place_config(input);
        all.push_back({"settings", State::good, "a start accepts the settings.", {}});
    } catch (server::ConfigError const& error) {
        all.push_back({"settings", State::problem, error.what(), "grantexd config check"});
        return all;
    }
    all.push_back(look_at_server(*config));
    all.push_back(look_at_health(*config));
    all.push_back(look_at_disk(*config));
    if (auto const database = look_at_database(*config))
        all.push_back(*database);
    all.push_back(look_at_clock());
    all.push_back(look_at_url(*config));
    all.push_back(look_at_proxy(*config));
    all.push_back(look_at_consent(*config));
    all.push_back(look_at_backups(*config));
    all.push_back(look_at_mail(*config));
    all.push_back(look_at_metrics(*config));
    return all;
}

} // namespace cli
