// The settings table: core contract, "Limits and settings". A line a setting.
#include "server/config.hpp"
#include "server/rules/client_address.hpp"
#include "server/rules/comma_list.hpp"
#include "server/rules/did.hpp"
#include "server/rules/consent_level.hpp"
#include "server/rules/durations.hpp"
#include "server/rules/email_address.hpp"

#include <algorithm>
#include <charconv>

namespace server {

namespace {

using Fault = std::optional<std::string>;

template<auto Member> Fault text(Config& config, std::string_view value)
{
    config.*Member = std::string{value};
    return {};
}

template<auto Member> Fault toggle(Config& config, std::string_view value)
{
    if (value != "true" && value != "false")
        return "must be true or false";
    config.*Member = value == "true";
    return {};
}

template<auto Member, std::int64_t Min, std::int64_t Max>
Fault number(Config& config, std::string_view value)
{
    std::int64_t parsed = 0;
    auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error != std::errc{} || end != value.data() + value.size() || parsed < Min || parsed > Max)
        return "must be a whole number from " + std::to_string(Min) + " to " + std::to_string(Max);
    using Number = std::remove_reference_t<decltype(config.*Member)>;
    config.*Member = static_cast<Number>(parsed);
    return {};
}

template<auto Member, std::int64_t Min, std::int64_t Max>
Fault seconds(Config& config, std::string_view value)
{
    std::int64_t parsed = 0;
    auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error != std::errc{} || end != value.data() + value.size() || parsed < Min || parsed > Max)
        return "must be a whole number of seconds from " + std::to_string(Min) + " to " +
               std::to_string(Max);
    config.*Member = std::chrono::seconds{parsed};
    return {};
}

template<auto Member, std::int64_t MinSeconds, std::int64_t MaxSeconds>
Fault duration(Config& config, std::string_view value)
{
    auto const parsed = value == "0s" ? std::chrono::seconds{0} : rules::parse_duration(value);
    if (!parsed || parsed->count() < MinSeconds || parsed->count() > MaxSeconds)
        return "must be a duration such as 90s, 15m, 24h or 30d, from " +
               std::to_string(MinSeconds) + " to " + std::to_string(MaxSeconds) + " seconds";
    config.*Member = *parsed;
    return {};
}

template<auto Member> Fault list(Config& config, std::string_view value)
{
    config.*Member = rules::comma_items(value);
    return {};
}

template<auto Member> Fault quota(Config& config, std::string_view value)
{
    auto const* at = value.data();
    auto const* const end = value.data() + value.size();
    for (auto& limit : config.*Member) {
        if (&limit != &(config.*Member)[0] && (at == end || *at++ != ','))
            return "must be three numbers separated by commas (free,pro,enterprise), 0 for none";
        auto const [next, error] = std::from_chars(at, end, limit);
        if (error != std::errc{} || limit < 0)
            return "must be three numbers separated by commas (free,pro,enterprise), 0 for none";
        at = next;
    }
    return at == end ? Fault{} : "must be three numbers separated by commas";
}

template<auto Member, char const* const& First, char const* const& Second>
Fault either(Config& config, std::string_view value)
{
    if (value != First && value != Second)
        return std::string{"must be "} + First + " or " + Second;
    config.*Member = std::string{value};
    return {};
}

constexpr char const *grant = "grant", *family = "family", *registered_if_any = "registered_if_any",
                     *registered = "registered";

Fault consent_level(Config& config, std::string_view value)
{
    if (!rules::parse_consent_level(value))
        return "must be none, link, session or passkey";
    config.consent_auth = std::string{value};
    return {};
}

Fault signup(Config& config, std::string_view value)
{
    if (value != "open" && value != "closed")
        return "must be open or closed";
    config.signup_open = value == "open";
    return {};
}

Fault plan(Config& config, std::string_view value)
{
    if (value != "free" && value != "pro" && value != "enterprise")
        return "must be free, pro or enterprise";
    config.default_plan = std::string{value};
    return {};
}

Fault smtp_url(Config& config, std::string_view value)
{
    config.smtp_server = parse_smtp_url(value);
    return config.smtp_server ? Fault{} : "must be smtp://host:port or smtps://host:port";
}

Fault smtp_starttls(Config& config, std::string_view value)
{
    if (value != "required" && value != "opportunistic")
        return "must be required or opportunistic";
    config.smtp_starttls_required = value == "required";
    return {};
}

Fault mail_from(Config& config, std::string_view value)
{
    auto const address = rules::read_email_address(value);
    if (!address || !rules::is_ascii(*address))
        return "must be a plain address such as grantex@example.com";
    config.mail_from = *address;
    return {};
}

Fault log_format(Config& config, std::string_view value)
{
    if (value != "auto" && value != "text" && value != "json")
        return "must be auto, text or json";
    config.log_format = std::string{value};
    return {};
}

Fault profile(Config& config, std::string_view value)
{
    if (value != "appliance" && value != "reference" && value != "off")
        return "must be appliance, reference or off";
    config.rate_profile = std::string{value};
    return {};
}

Fault data_dir(Config& config, std::string_view value)
{
    if (value.empty())
        return "must name a directory";
    config.data_dir = value;
    return {};
}

// Whoever is trusted here says under which address a request is counted, so nothing may be trusted
// by accident.
Fault proxies(Config& config, std::string_view value)
{
    config.trust_proxy.clear();
    for (auto const& item : rules::comma_items(value)) {
        auto const network = rules::parse_proxy_network(item);
        if (!network)
            return "must be addresses and networks of proxies such as 127.0.0.1,10.0.0.0/8, none "
                   "wider than an IPv4 /8 or an IPv6 /16";
        config.trust_proxy.push_back(*network);
    }
    return {};
}

Fault insecure_urls(Config& config, std::string_view value)
{
    if (value != "true" && value != "false")
        return "must be true or false";
    config.outbound_policy.plain_http = value == "true";
    return {};
}

// Networks and no plain switch: what may be reached inside is said by name.
Fault private_hosts(Config& config, std::string_view value)
{
    config.outbound_policy.private_networks.clear();
    if (value == "false")
        return {};
    for (auto const& item : rules::comma_items(value)) {
        auto const network = rules::parse_network(item);
        if (!network)
            return "must be false, or addresses and networks such as 10.20.0.0/16,127.0.0.1";
        config.outbound_policy.private_networks.push_back(*network);
    }
    return {};
}

Fault retention(Config& config, std::string_view value)
{
    auto const fault = number<&Config::webhook_retention, 1, 365>(config, value);
    config.webhook_retention *= 24 * 60 * 60;
    return fault;
}

Fault resume_window(Config& config, std::string_view value)
{
    auto const fault = number<&Config::event_stream_retention, 1, 720>(config, value);
    config.event_stream_retention *= 60 * 60;
    return fault;
}

Fault dns_servers(Config& config, std::string_view value)
{
    constexpr auto* expected = "must be addresses with ports such as 127.0.0.1:53,[::1]:53";
    for (auto const& item_text : rules::comma_items(value)) {
        std::string_view const item{item_text};
        auto const colon = std::min(item.rfind(':'), item.size());
        auto host = item.substr(0, colon);
        if (host.starts_with('[') && host.ends_with(']'))
            host = host.substr(1, host.size() - 2);
        auto const digits = item.substr(std::min(colon + 1, item.size()));
        std::uint16_t port = 0;
        auto const [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), port);
        if (!rules::parse_address(host) || error != std::errc{} || port == 0 ||
            end != digits.data() + digits.size())
            return expected;
    }
    config.dns_servers = std::string{value};
    return {};
}

// As incoming headers are named.
Fault country_header(Config& config, std::string_view value)
{
    std::string name{value};
    for (auto& c : name) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-')
            return "must be the name of a header such as CF-IPCountry";
    }
    config.country_header = name;
    return {};
}

template<auto Member> Fault api_key(Config& config, std::string_view value)
{
    auto const visible = [](char c) { return c > ' ' && c < '\x7f'; };
    if (value.size() < 16 || value.size() > 512 || !std::ranges::all_of(value, visible))
        return "must be 16 to 512 visible characters";
    config.*Member = std::string{value};
    return {};
}

Fault web_domain(Config& config, std::string_view value)
{
    if (!rules::is_web_domain(value))
        return "must be a host name, with a port if it needs one, such as auth.example.com:8443";
    config.did_web_domain = std::string{value};
    return {};
}

using C = Config;
constexpr std::int64_t day = 86'400;
constexpr std::int64_t rate_max = 1'000'000'000;

// clang-format off
constexpr Setting table[] = {
    {"CONFIG", "", "", "file of settings, a line `name = value` each; default: /etc/grantexd/grantexd.conf if there is one, not with --dev", fixed, text<&C::config_file>},
    {"LISTEN", "", "", "address and port to listen on; default: 127.0.0.1:3001, or HOST and PORT of the environment", fixed, text<&C::listen>},
    {"TLS_LISTEN", "", "", "address and port to serve TLS on, such as 0.0.0.0:443; needs TLS_CERTIFICATE and TLS_KEY; default: no TLS", fixed, text<&C::tls_listen>},
    {"TLS_CERTIFICATE", "", "", "PEM file of the certificate and those between it and the root; read again on SIGHUP", fixed, text<&C::tls_certificate>},
    {"TLS_KEY", "", "", "PEM file of its private key, readable by the server alone; read again on SIGHUP", fixed, text<&C::tls_key>},
    {"ADMIN_SOCKET", "", "", "unix socket of the commands that talk to the running server; default: DATA_DIR/admin.sock", fixed, text<&C::admin_socket>},
    {"LOG_FORMAT", "", "auto", "text, json, or auto: text on a terminal or into a file, fields for the journal under systemd", fixed, log_format},
    {"DEV", "", "false", "development mode: consent level none, sign-up open, two developers whose keys are printed", a_switch, toggle<&C::dev>},
    {"PUBLIC_BASE_URL", "PUBLIC_BASE_URL", "", "URL clients use, and the issuer of tokens; default: the listen address when that is loopback", fixed, text<&C::public_base_url>},
    {"ISSUER", "JWT_ISSUER", "", "issuer of tokens; must equal the public base URL", fixed, text<&C::issuer>},
    {"CORS_ALLOWED_ORIGINS", "CORS_ALLOWED_ORIGINS", "", "origins, separated by commas, whose pages may call the API; the public base URL always may", live, list<&C::cors_allowed_origins>},
    {"TRUST_PROXY", "TRUST_PROXY", "", "addresses and networks, separated by commas, of proxies whose X-Forwarded-For names the client", live, proxies},
    {"DATA_DIR", "", "", "directory of the database and the master key; default: ./grantexd-data with --dev, else /var/lib/grantexd", fixed, data_dir},
    {"BACKUP_DIR", "", "", "directory of the backups; default: DATA_DIR/backups", live, text<&C::backup_dir>},
    {"BACKUP_KEEP_DAILY", "", "7", "days of which the newest backup is kept, 1 to 3650", live, number<&C::backup_keep_daily, 1, 3650>},
    {"BACKUP_KEEP_WEEKLY", "", "4", "weeks of which the newest backup is kept, 0 to 520", live, number<&C::backup_keep_weekly, 0, 520>},
    {"SIGNUP", "", "", "POST /v1/signup: open or closed; default: closed, open with --dev", live, signup},
    {"DEFAULT_PLAN", "", "enterprise", "plan of a new developer: free, pro or enterprise", live, plan},
    {"SEED_API_KEY", "SEED_API_KEY", "", "key of the live developer that --dev makes", secret, api_key<&C::seed_api_key>},
    {"SEED_SANDBOX_KEY", "SEED_SANDBOX_KEY", "", "key of the sandbox developer that --dev makes", secret, api_key<&C::seed_sandbox_key>},
    {"MASTER_KEY", "VAULT_ENCRYPTION_KEY", "", "32 bytes as 64 hex or 44 base64 characters; default: the systemd credential master-key, else DATA_DIR/master.key", secret, text<&C::master_key>},
    {"MASTER_KEYS_OLD", "", "", "master keys of before, separated by commas, while `grantexd keys rewrap` runs", secret, list<&C::master_keys_old>},
    {"RSA_PRIVATE_KEY", "RSA_PRIVATE_KEY", "", "PEM private key to import as the first signing key; default: one is made", secret, text<&C::rsa_private_key>},
    {"SIGNING_KEY_ROTATION_DAYS", "", "90", "days after which a new signing key takes over, 1 to 3650; 0: only when asked to", live, number<&C::signing_key_rotation_days, 0, 3650>},
    {"SIGNING_KEY_LEAD", "", "1h", "how long a new signing key is published before it signs", live, duration<&C::signing_key_lead, 600, 7 * day>},
    {"ED25519_PRIVATE_KEY", "ED25519_PRIVATE_KEY", "", "PEM Ed25519 private key whose public half /.well-known/did.json lists; default: none", secret, text<&C::ed25519_private_key>},
    {"DID_WEB_DOMAIN", "DID_WEB_DOMAIN", "", "domain of the server's did:web; default: the host of the public base URL", live, web_domain},
    {"DID_PUBLIC_RESOLUTION", "", "true", "whether anyone may resolve the DID of an agent", live, toggle<&C::did_public_resolution>},
    {"ADMIN_API_KEY", "ADMIN_API_KEY", "", "key of the operator endpoints /v1/admin, 16 to 512 characters; default: none, they are off", secret | live, api_key<&C::admin_api_key>},
    {"MAX_BODY_BYTES", "", "1048576", "largest request body", live, number<&C::max_body_bytes, 1024, 64 * 1024 * 1024>},
    {"IDEMPOTENCY_TTL", "", "10m", "how long an answer is kept for the same Idempotency-Key", live, duration<&C::idempotency_ttl, 1, day>},
    {"BUDGET_IDEMPOTENCY_TTL", "", "24h", "... of an allocation or a debit of a budget", live, duration<&C::budget_idempotency_ttl, 1, 30 * day>},
    {"GRANT_DEFAULT_TTL", "", "24h", "lifetime of a grant when expiresIn is not given", live, duration<&C::grant_default_ttl, 1, 365 * day>},
    {"GRANT_MAX_TTL", "", "30d", "longest lifetime of a grant", live, duration<&C::grant_max_ttl, 1, 365 * day>},
    {"TOKEN_MAX_TTL", "", "24h", "longest lifetime of a grant token", live, duration<&C::token_max_ttl, 60, day>},
    {"DELEGATE_DEFAULT_TTL", "", "1h", "lifetime of a delegated grant when expiresIn is not given", live, duration<&C::delegate_default_ttl, 1, 365 * day>},
    {"REFRESH_TTL", "", "30d", "longest lifetime of a refresh token", live, duration<&C::refresh_ttl, 1, 30 * day>},
    {"REUSE_GRACE", "", "120s", "how long a repeated code or refresh token counts as a retry", live, duration<&C::reuse_grace, 0, 600>},
    {"REFRESH_REUSE_ACTION", "", "grant", "what a reused refresh token revokes: grant or family", live, either<&C::refresh_reuse_action, grant, family>},
    {"CODE_TTL", "", "10m", "lifetime of a code after approval", live, duration<&C::code_ttl, 1, 600>},
    {"CONSENT_TTL", "", "24h", "longest time to decide an authorization request", live, duration<&C::consent_ttl, 60, day>},
    {"SESSION_TTL", "", "1h", "lifetime of a principal session when expiresIn is not given", live, duration<&C::session_ttl, 60, day>},
    {"SESSION_MAX_TTL", "", "24h", "longest lifetime of a principal session", live, duration<&C::session_max_ttl, 60, day>},
    {"CONSENT_AUTH", "", "", "what a decision needs: none, link, session or passkey; default: link, none with --dev", live, consent_level},
    {"SMTP_URL", "", "", "mail server: smtp://host:587 (STARTTLS) or smtps://host:465 (TLS at once); default: no mail is sent, and --dev shows the links in its log", fixed, smtp_url},
    {"SMTP_STARTTLS", "", "required", "for smtp:// URLs; required: nothing is sent without TLS and a certificate that the system trusts; opportunistic: TLS when offered, certificate unchecked, for a relay on the same machine", fixed, smtp_starttls},
    {"SMTP_USER", "", "", "user at the mail server; default: no authentication", fixed, text<&C::smtp_user>},
    {"SMTP_PASSWORD", "", "", "its password", secret, text<&C::smtp_password>},
    {"MAIL_FROM", "", "", "address that mails come from; needed with SMTP_URL", fixed, mail_from},
    {"WEBHOOK_ALLOW_INSECURE_URLS", "WEBHOOK_ALLOW_INSECURE_URLS", "false", "accept http:// URLs of webhooks", fixed, insecure_urls},
    {"WEBHOOK_ALLOW_PRIVATE_HOSTS", "WEBHOOK_ALLOW_PRIVATE_HOSTS", "false", "private addresses and networks, separated by commas, that webhooks may go to; false: none", fixed, private_hosts},
    {"WEBHOOK_MAX_ATTEMPTS", "", "5", "attempts to deliver an event to a webhook, 1 to 20; 12 last about five hours", live, number<&C::webhook_max_attempts, 1, 20>},
    {"WEBHOOK_LEGACY_SIGNATURE", "", "true", "send X-Grantex-Signature too, which does not cover the time", live, toggle<&C::webhook_legacy_signature>},
    {"WEBHOOK_RETENTION_DAYS", "", "30", "days that finished deliveries and their events are kept, 1 to 365", live, retention},
    {"EVENT_STREAM_MAX_CONNECTIONS", "", "5", "event streams of a developer and kind", live, number<&C::event_stream_max_connections, 1, 1000>},
    {"EVENT_STREAM_RETENTION_HOURS", "", "24", "hours of events that a stream can resume over, 1 to 720, at most WEBHOOK_RETENTION_DAYS", live, resume_window},
    {"DNS_SERVERS", "", "", "address:port of name servers for webhooks and domains, separated by commas; default: those of the system", fixed, dns_servers},
    {"REDIRECT_URI_POLICY", "", "registered_if_any", "registered_if_any or registered", live, either<&C::redirect_uri_policy, registered_if_any, registered>},
    {"ALLOW_LOOPBACK_REDIRECTS", "", "", "accept http redirects to loopback from live developers; default: with --dev only", live, toggle<&C::allow_loopback_redirects>},
    {"STRICT_AGENT_SCOPES", "", "false", "refuse scopes that the agent did not declare", live, toggle<&C::strict_agent_scopes>},
    {"MAX_DELEGATION_DEPTH", "MAX_DELEGATION_DEPTH", "3", "hops of delegation, 1 to 10", live, number<&C::max_delegation_depth, 1, 10>},
    {"USAGE_METERING_ENABLED", "USAGE_METERING_ENABLED", "true", "whether GET /v1/usage counts what developers use", live, toggle<&C::usage_metering>},
    {"METRICS_ENABLED", "METRICS_ENABLED", "true", "whether GET /metrics tells the numbers of the server", fixed, toggle<&C::metrics_enabled>},
    {"METRICS_REQUIRE_AUTH", "METRICS_REQUIRE_AUTH", "", "whether GET /metrics needs METRICS_API_KEY; default: true, and without a key nobody may read them", live, toggle<&C::metrics_require_auth>},
    {"METRICS_API_KEY", "METRICS_API_KEY", "", "key of GET /metrics, 16 to 512 characters", secret | live, api_key<&C::metrics_api_key>},
    {"METRICS_AGENT_LABELS", "", "false", "tell some metrics by agent (the first 1000)", fixed, toggle<&C::metrics_agent_labels>},
    {"ANOMALY_INTERVAL_SECONDS", "", "3600", "seconds between two passes of anomaly detection over every developer", fixed, seconds<&C::anomaly_interval, 1, 7 * day>},
    {"ANOMALY_AUTO_REVOKE", "", "false", "revoke the grants of agents with a new anomaly of severity high or critical", live, toggle<&C::anomaly_auto_revoke>},
    {"COUNTRY_HEADER", "", "", "header in which a proxy of TRUST_PROXY names the client's country, such as CF-IPCountry; default: locations are unknown", live, country_header},
    {"RATE_PROFILE", "", "appliance", "rate limits: appliance (times 100), reference, or off (only with --dev)", fixed, profile},
    {"RATE_IP", "", "5000", "requests a minute and address", live, number<&C::rate_ip, 1, rate_max>},
    {"RATE_PLAN_FREE", "", "100", "requests a minute of a developer on the free plan", live, number<&C::rate_plan_free, 1, rate_max>},
    {"RATE_PLAN_PRO", "", "500", "... on the pro plan", live, number<&C::rate_plan_pro, 1, rate_max>},
    {"RATE_PLAN_ENTERPRISE", "", "2000", "... on the enterprise plan", live, number<&C::rate_plan_enterprise, 1, rate_max>},
    {"RATE_AUTHORIZE", "", "10", "POST /v1/authorize a minute and developer", live, number<&C::rate_authorize, 1, rate_max>},
    {"RATE_TOKEN", "", "20", "POST /v1/token a minute and developer", live, number<&C::rate_token, 1, rate_max>},
    {"RATE_REFRESH", "", "20", "POST /v1/token/refresh a minute and developer", live, number<&C::rate_refresh, 1, rate_max>},
    {"RATE_PRINCIPAL_SESSION", "", "10", "POST /v1/principal-sessions a minute and developer", live, number<&C::rate_principal_session, 1, rate_max>},
    {"RATE_AUDIT_LOG", "", "30", "POST /v1/audit/log a minute and developer", live, number<&C::rate_audit_log, 1, rate_max>},
    {"RATE_ROTATE_KEY", "", "5", "key rotations a minute and developer; no profile factor", live, number<&C::rate_rotate_key, 1, rate_max>},
    {"RATE_CONSENT_READ", "", "120", "consent pages a minute and address", live, number<&C::rate_consent_read, 1, rate_max>},
    {"RATE_CONSENT_DECISION", "", "60", "consent decisions a minute and address", live, number<&C::rate_consent_decision, 1, rate_max>},
    {"RATE_SIGNUP", "", "30", "sign-ups and opened confirmation links a minute and address; no profile factor", live, number<&C::rate_signup, 1, rate_max>},
    {"RATE_WRITE", "", "30", "changes of policies, budgets, webhooks and domains, each operation by itself, a minute and developer", live, number<&C::rate_write, 1, rate_max>},
    {"RATE_SLOW", "", "10", "new webhook secrets and DNS checks a minute and developer", live, number<&C::rate_slow, 1, rate_max>},
    {"RATE_DID", "", "300", "agent DIDs resolved a minute and address; no profile factor", live, number<&C::rate_did, 1, rate_max>},
    {"RATE_PUBLIC_READ", "", "60", "readings of the metrics a minute and address", live, number<&C::rate_public_read, 1, rate_max>},
    {"RATE_ADMIN", "", "20", "operator requests, also refused ones, a minute and address; no profile factor", live, number<&C::rate_admin, 1, rate_max>},
    {"QUOTA_AGENTS", "", "500,5000,0", "agents of a developer: free,pro,enterprise; 0 = none", live, quota<&C::quota_agents>},
    {"QUOTA_GRANTS", "", "1000,50000,0", "active grants of a developer", live, quota<&C::quota_grants>},
    {"QUOTA_POLICIES", "", "0,0,0", "policies of a developer", live, quota<&C::quota_policies>},
    {"QUOTA_WEBHOOKS", "", "30,200,0", "webhook endpoints of a developer", live, quota<&C::quota_webhooks>},
    {"QUOTA_AUDIT", "", "20000,1000000,0", "audit entries of a developer", live, quota<&C::quota_audit>},
};
// clang-format on

} // namespace

std::span<Setting const> settings()
{
    return table;
}

} // namespace server
