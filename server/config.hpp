// The settings of the program. One table (settings.cpp) gives each its name, default and help; the
// command line, the environment and their checks all derive from it.
#pragma once

#include "server/rules/network.hpp"
#include "server/rules/outbound_url.hpp"
#include "server/smtp_server.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace server {

// free, pro, enterprise; 0 = none
using Quota = std::array<std::int64_t, 3>;

struct Config
{
    // Program
    std::filesystem::path config_file; // empty: there was none
    std::string listen = "127.0.0.1:3001";
    std::string tls_listen; // empty: no TLS
    std::filesystem::path tls_certificate;
    std::filesystem::path tls_key;
    std::filesystem::path admin_socket;
    std::string log_format; // auto, text, json
    bool dev = false;
    std::string public_base_url; // also the issuer; no trailing slash
    std::string issuer;          // empty: the public base URL, which it must equal
    std::filesystem::path data_dir;
    std::filesystem::path backup_dir;
    int backup_keep_daily = 7;
    int backup_keep_weekly = 4;
    bool signup_open = false;
    std::string default_plan = "enterprise";
    std::string seed_api_key;
    std::string seed_sandbox_key;
    std::vector<std::string> cors_allowed_origins;
    std::vector<rules::Network> trust_proxy; // whose X-Forwarded-For counts

    // Keys
    std::string master_key;
    std::vector<std::string> master_keys_old;
    std::string rsa_private_key;
    int signing_key_rotation_days = 0; // 0: only when asked to
    std::chrono::seconds signing_key_lead{};
    std::string ed25519_private_key;
    std::string admin_api_key;  // empty: operator endpoints are off
    std::string did_web_domain; // empty: the host of the public base URL
    bool did_public_resolution = true;

    // Requests
    std::size_t max_body_bytes = 1024 * 1024;
    std::chrono::seconds idempotency_ttl{600};
    std::chrono::seconds budget_idempotency_ttl{86'400};

    // Lifetimes
    std::chrono::seconds grant_default_ttl{};
    std::chrono::seconds grant_max_ttl{};
    std::chrono::seconds token_max_ttl{};
    std::chrono::seconds delegate_default_ttl{};
    std::chrono::seconds refresh_ttl{};
    std::chrono::seconds reuse_grace{};
    std::string refresh_reuse_action; // grant, family
    std::chrono::seconds code_ttl{};
    std::chrono::seconds consent_ttl{};
    std::chrono::seconds session_ttl{};
    std::chrono::seconds session_max_ttl{};

    // Mail
    std::optional<SmtpServer> smtp_server; // nothing: no mail is sent
    bool smtp_starttls_required = true;
    std::string smtp_user;
    std::string smtp_password;
    std::string mail_from; // an e-mail address

    // Webhooks and event streams
    rules::OutboundPolicy outbound_policy; // where they may go
    int webhook_max_attempts = 5;
    bool webhook_legacy_signature = true;
    std::chrono::seconds webhook_retention{}; // of finished deliveries, and of events
    int event_stream_max_connections = 5;           // of a developer and kind
    std::chrono::seconds event_stream_retention{}; // how far back a stream resumes
    std::string dns_servers;                  // empty: those of the system

    // Safety switches
    std::string consent_auth;        // none, link, session, passkey
    std::string redirect_uri_policy; // registered_if_any, registered
    bool allow_loopback_redirects = false;
    bool strict_agent_scopes = false;
    int max_delegation_depth = 3;

    // Signals
    bool usage_metering = true;
    bool metrics_enabled = true;
    bool metrics_require_auth = true;
    std::string metrics_api_key; // empty: with metrics_require_auth nobody may read them
    bool metrics_agent_labels = false;
    std::chrono::seconds anomaly_interval{3600}; // between passes over every developer
    bool anomaly_auto_revoke = false;
    std::string country_header; // empty: locations are unknown

    // Rates per minute, before the profile's factor
    std::string rate_profile; // appliance (times 100), reference, off
    int rate_ip = 0;
    int rate_plan_free = 0;
    int rate_plan_pro = 0;
    int rate_plan_enterprise = 0;
    int rate_authorize = 0;
    int rate_token = 0;
    int rate_refresh = 0;
    int rate_audit_log = 0;
    int rate_principal_session = 0;
    int rate_rotate_key = 0;
    int rate_consent_read = 0;
    int rate_consent_decision = 0;
    int rate_signup = 0;
    int rate_write = 0;
    int rate_slow = 0;
    int rate_did = 0;
    int rate_public_read = 0;
    int rate_admin = 0;

    // Quotas
    Quota quota_agents{};
    Quota quota_grants{};
    Quota quota_audit{};
    Quota quota_policies{};
    Quota quota_webhooks{};
};

// What a setting is like, besides its value.
enum Traits : std::uint8_t
{
    fixed = 0,
    secret = 1,   // also read from the file named by <NAME>_FILE; never shown, no flag
    a_switch = 2, // --dev needs no value
    live = 4      // a change takes effect when the settings are read again (SIGHUP)
};

struct Setting
{
    // "GRANT_MAX_TTL": GRANTEXD_GRANT_MAX_TTL, --grant-max-ttl, and grant_max_ttl in the file
    std::string_view name;
    std::string_view alias;    // environment name of the reference implementation, or empty
    std::string_view fallback; // default, as text; empty: none
    std::string_view help;
    int traits;
    // Sets the member; returns what is wrong with the text, or nothing.
    std::optional<std::string> (*apply)(Config&, std::string_view);

    [[nodiscard]] bool has(Traits trait) const { return (traits & trait) != 0; }
};

std::span<Setting const> settings();
std::string flag_name(Setting const& setting);        // "grant-max-ttl"
std::string environment_name(Setting const& setting); // "GRANTEXD_GRANT_MAX_TTL"
std::string file_name(Setting const& setting);        // "grant_max_ttl"

// A setting is wrong. The text names it, says what is accepted, and ends in what to try.
class ConfigError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

using Environment = std::map<std::string, std::string>;
using Flags = std::map<std::string, std::string>; // by flag name, without the dashes

Environment process_environment();

// What one setting is set to, and by whom.
struct SettingValue
{
    Setting const* setting = nullptr;
    std::string text;
    std::string origin; // as it was written ("--listen", "GRANTEXD_LISTEN"); empty: the default
};

// Every setting that has a value, in the order of the table: flag, GRANTEXD_ variable, alias, file,
// default. Throws ConfigError, also for an unknown GRANTEXD_ variable or name in the file, which it
// answers with the nearest one.
std::vector<SettingValue> find_settings(Flags const& flags, Environment const& environment);

// Checks each value and what they ask of each other. Throws ConfigError.
Config make_config(std::span<SettingValue const> values);

Config read_config(Flags const& flags, Environment const& environment);

// The settings were read again: `next` for those that are live, `now` for the others.
struct Reloaded
{
    std::vector<SettingValue> values;
    std::vector<std::string> applied; // environment names
    std::vector<std::string> waiting; // they need a restart
};
Reloaded reload(std::span<SettingValue const> now, std::span<SettingValue const> next);

} // namespace server
