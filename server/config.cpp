#include "server/config.hpp"

#include <algorithm>
#include <set>

namespace server {

namespace {

bool is_loopback(std::string_view listen)
{
    auto const host = listen.substr(0, listen.rfind(':'));
    auto const is_number = host.find_first_not_of("0123456789.") == std::string_view::npos;
    return (host.starts_with("127.") && is_number) || host == "[::1]" || host == "localhost";
}

// What the settings of mail ask of each other.
void check_mail(Config const& config)
{
    if (!config.smtp_server) {
        if (!config.smtp_user.empty() || !config.smtp_password.empty() || !config.mail_from.empty())
            throw ConfigError("GRANTEXD_SMTP_USER, GRANTEXD_SMTP_PASSWORD and GRANTEXD_MAIL_FROM "
                              "need GRANTEXD_SMTP_URL. Try: --smtp-url smtp://mail.example.com");
        return;
    }
    if (config.mail_from.empty())
        throw ConfigError("GRANTEXD_SMTP_URL needs the sender's address. "
                          "Try: --mail-from grantex@example.com");
    if (config.smtp_user.empty() != config.smtp_password.empty())
        throw ConfigError("GRANTEXD_SMTP_USER and GRANTEXD_SMTP_PASSWORD belong together: set both "
                          "or none");
    if (!config.smtp_user.empty() && !config.smtp_server->tls && !config.smtp_starttls_required)
        throw ConfigError("GRANTEXD_SMTP_PASSWORD is sent over TLS only. Try: an smtps:// URL, or "
                          "GRANTEXD_SMTP_STARTTLS=required");
}

// With nothing said of them the metrics are shut; who asks for a key must also give it.
void check_metrics(Config const& config, bool require_auth_given)
{
    if (require_auth_given && config.metrics_enabled && config.metrics_require_auth &&
        config.metrics_api_key.empty())
        throw ConfigError("GRANTEXD_METRICS_REQUIRE_AUTH needs GRANTEXD_METRICS_API_KEY. Try: to "
                          "set it, or --metrics-require-auth false");
    for (auto const* const other :
         {&config.admin_api_key, &config.seed_api_key, &config.seed_sandbox_key})
        if (!config.metrics_api_key.empty() && config.metrics_api_key == *other)
            throw ConfigError("GRANTEXD_METRICS_API_KEY must differ from the keys of the operator "
                              "and of developers");
}

void check_tls(Config const& config)
{
    auto const files = !config.tls_certificate.empty() && !config.tls_key.empty();
    if (config.tls_listen.empty() ? files : !files)
        throw ConfigError("GRANTEXD_TLS_LISTEN, GRANTEXD_TLS_CERTIFICATE and GRANTEXD_TLS_KEY "
                          "belong together: set all or none");
    if (config.dev && files && !is_loopback(config.tls_listen))
        throw ConfigError(
            "--dev listens on loopback addresses only, not on " + config.tls_listen +
            ". Try: --tls-listen 127.0.0.1:3443"
        );
}

// Defaults that depend on other settings.
void complete(Config& config, bool loopback_given, bool signup_given)
{
    if (config.dev && !is_loopback(config.listen))
        throw ConfigError(
            "--dev listens on loopback addresses only, not on " + config.listen +
            ". Try: --listen 127.0.0.1:3001"
        );
    if (config.data_dir.empty())
        config.data_dir = config.dev ? "./grantexd-data" : "/var/lib/grantexd";
    if (config.backup_dir.empty())
        config.backup_dir = config.data_dir / "backups";
    if (config.admin_socket.empty())
        config.admin_socket = config.data_dir / "admin.sock";
    if (config.consent_auth.empty())
        config.consent_auth = config.dev ? "none" : "link";
    if (!loopback_given)
        config.allow_loopback_redirects = config.dev;
    if (!signup_given)
        config.signup_open = config.dev;
    if (config.public_base_url.empty()) {
        if (!is_loopback(config.listen))
            throw ConfigError(
                "The server listens on " + config.listen +
                ", so clients need a URL. Try: --public-base-url https://auth.example.com"
            );
        config.public_base_url = "http://" + config.listen;
    }
    while (config.public_base_url.ends_with('/'))
        config.public_base_url.pop_back();
    if (!config.public_base_url.starts_with("http://") &&
        !config.public_base_url.starts_with("https://"))
        throw ConfigError(
            "GRANTEXD_PUBLIC_BASE_URL must start with https:// (or http:// on loopback)"
        );
    if (config.public_base_url.starts_with("http://") &&
        !is_loopback(config.public_base_url.substr(7)))
        throw ConfigError(
            "GRANTEXD_PUBLIC_BASE_URL must start with https:// unless it names a loopback address, "
            "not \"" +
            config.public_base_url + "\""
        );
    if (!config.issuer.empty() && config.issuer != config.public_base_url)
        throw ConfigError(
            "GRANTEXD_ISSUER (" + config.issuer + ") must equal GRANTEXD_PUBLIC_BASE_URL (" +
            config.public_base_url + "): clients derive one from the other"
        );
    if (config.rate_profile == "off" && !config.dev)
        throw ConfigError("GRANTEXD_RATE_PROFILE=off needs --dev. Try: appliance");
    if (!config.dev && !(config.seed_api_key.empty() && config.seed_sandbox_key.empty()))
        throw ConfigError("GRANTEXD_SEED_API_KEY and GRANTEXD_SEED_SANDBOX_KEY need --dev");
    // One key must not open both sides.
    if (!config.admin_api_key.empty() && (config.admin_api_key == config.seed_api_key ||
                                          config.admin_api_key == config.seed_sandbox_key))
        throw ConfigError("GRANTEXD_ADMIN_API_KEY must differ from the keys of developers");
    if (config.event_stream_retention > config.webhook_retention)
        throw ConfigError("GRANTEXD_EVENT_STREAM_RETENTION_HOURS is longer than "
                          "GRANTEXD_WEBHOOK_RETENTION_DAYS, after which events are removed");
    if (config.grant_default_ttl > config.grant_max_ttl)
        throw ConfigError("GRANTEXD_GRANT_DEFAULT_TTL is longer than GRANTEXD_GRANT_MAX_TTL");
}

} // namespace

std::string flag_name(Setting const& setting)
{
    std::string flag{setting.name};
    for (auto& c : flag)
        c = c == '_' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return flag;
}

std::string environment_name(Setting const& setting)
{
    return "GRANTEXD_" + std::string{setting.name};
}

std::string file_name(Setting const& setting)
{
    auto name = flag_name(setting);
    std::ranges::replace(name, '-', '_');
    return name;
}

Config make_config(std::span<SettingValue const> values)
{
    Config config;
    std::set<std::string_view> given;
    for (auto const& value : values) {
        auto const& setting = *value.setting;
        auto const default_of = "default of " + environment_name(setting);
        if (auto const fault = setting.apply(config, value.text))
            throw ConfigError(
                (value.origin.empty() ? default_of : value.origin) + " " + *fault +
                (setting.has(secret) ? "" : ", not \"" + value.text + "\"")
            );
        given.insert(setting.name);
    }
    complete(config, given.contains("ALLOW_LOOPBACK_REDIRECTS"), given.contains("SIGNUP"));
    check_mail(config);
    check_metrics(config, given.contains("METRICS_REQUIRE_AUTH"));
    check_tls(config);
    return config;
}

Config read_config(Flags const& flags, Environment const& environment)
{
    return make_config(find_settings(flags, environment));
}

Reloaded reload(std::span<SettingValue const> now, std::span<SettingValue const> next)
{
    auto const value_of = [](std::span<SettingValue const> values, Setting const& setting) {
        auto const found = std::ranges::find(values, &setting, &SettingValue::setting);
        return found == values.end() ? std::optional<SettingValue>{} : *found;
    };
    Reloaded reloaded;
    for (auto const& setting : settings()) {
        auto const before = value_of(now, setting);
        auto const after = value_of(next, setting);
        bool const same =
            before.has_value() == after.has_value() && (!before || before->text == after->text);
        if (!same)
            (setting.has(live) ? reloaded.applied : reloaded.waiting)
                .push_back(environment_name(setting));
        if (auto const& chosen = setting.has(live) ? after : before)
            reloaded.values.push_back(*chosen);
    }
    return reloaded;
}

} // namespace server
