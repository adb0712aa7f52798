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
    std::string listen = "127.0.0.1:3001";
    bool dev = false;
    std::string public_base_url; // also the issuer; no trailing slash
    std::string issuer;          // empty: the public base URL, which it must equal
    std::filesystem::path data_dir;
    bool signup_open = false;
    std::string default_plan = "enterprise";
    std::string seed_api_key;
    std::string seed_sandbox_key;
    std::vector<std::string> cors_allowed_origins;
    std::vector<rules::Network> trust_proxy; // whose X-Forwarded-For counts

    // Keys
    std::string master_key;
    std::string rsa_private_key;
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

struct Setting
{
    std::string_view name;     // "GRANT_MAX_TTL": GRANTEXD_GRANT_MAX_TTL and --grant-max-ttl
    std::string_view alias;    // environment name of the reference implementation, or empty
    std::string_view fallback; // default, as text; empty: none
    std::string_view help;
    bool secret; // also read from the file named by <NAME>_FILE; never shown
    bool flag;   // a switch: --dev needs no value
    // Sets the member; returns what is wrong with the text, or nothing.
    std::optional<std::string> (*apply)(Config&, std::string_view);
};

std::span<Setting const> settings();
std::string flag_name(Setting const& setting);        // "grant-max-ttl"
std::string environment_name(Setting const& setting); // "GRANTEXD_GRANT_MAX_TTL"

// A setting is wrong. The text names it, says what is accepted, and ends in what to try.
class ConfigError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

using Environment = std::map<std::string, std::string>;
using Flags = std::map<std::string, std::string>; // by flag name, without the dashes

Environment process_environment();

// Flag, GRANTEXD_ variable, alias, default, in this order. Throws ConfigError, also for an unknown
// GRANTEXD_ variable, which it answers with the nearest name.
Config read_config(Flags const& flags, Environment const& environment);

} // namespace server
