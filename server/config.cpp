#include "server/config.hpp"

#include "server/secret_file.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <numeric>

extern char** environ; // NOLINT: POSIX name

namespace server {

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            auto const substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
        }
    }
    return row.back();
}

bool is_known_variable(std::string_view variable)
{
    return std::ranges::any_of(settings(), [&](Setting const& setting) {
        auto const name = environment_name(setting);
        return variable == name || (setting.secret && variable == name + "_FILE");
    });
}

void refuse_unknown_variables(Environment const& environment)
{
    for (auto const& [variable, value] : environment) {
        if (!variable.starts_with("GRANTEXD_") || is_known_variable(variable))
            continue;
        auto const nearest = std::ranges::min_element(settings(), {}, [&](Setting const& setting) {
            return edit_distance(variable, environment_name(setting));
        });
        throw ConfigError(
            variable + " is not a setting. Did you mean " + environment_name(*nearest) +
            "? Try: grantexd serve --help"
        );
    }
}

std::string read_file(std::string const& path, std::string const& variable)
{
    if (is_open_to_others(path))
        throw ConfigError(
            variable + ": " + path + " can be read by others. Try: chmod 600 " + path
        );
    std::ifstream file{path, std::ios::binary};
    std::string text;
    try {
        text.assign(std::istreambuf_iterator<char>{file}, {});
    } catch (std::ios_base::failure const&) { // a directory, or a disk that cannot be read
        file.setstate(std::ios::badbit);
    }
    if (!file)
        throw ConfigError(variable + ": cannot read " + path);
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.pop_back();
    // Not like a variable that is set to nothing: a key that was lost on the way must not be
    // replaced by a new one.
    if (text.empty())
        throw ConfigError(variable + ": " + path + " is empty");
    return text;
}

struct Given
{
    std::string origin; // how the person wrote it, for messages
    std::string value;
};

std::optional<Given>
find_given(Setting const& setting, Flags const& flags, Environment const& environment)
{
    if (auto const flag = flags.find(flag_name(setting)); flag != flags.end())
        return Given{"--" + flag->first, flag->second};
    auto const name = environment_name(setting);
    if (auto const variable = environment.find(name); variable != environment.end())
        return Given{name, variable->second};
    if (auto const file = environment.find(name + "_FILE");
        setting.secret && file != environment.end())
        return Given{file->first, read_file(file->second, file->first)};
    if (auto const alias = environment.find(std::string{setting.alias});
        !setting.alias.empty() && alias != environment.end())
        return Given{alias->first, alias->second};
    if (!setting.fallback.empty())
        return Given{"default of " + name, std::string{setting.fallback}};
    return {};
}

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

// The reference implementation has two variables for what is one setting here.
std::optional<std::string> listen_alias(Environment const& environment)
{
    auto const host = environment.find("HOST");
    auto const port = environment.find("PORT");
    if (host == environment.end() && port == environment.end())
        return {};
    return (host == environment.end() ? "127.0.0.1" : host->second) + ":" +
           (port == environment.end() ? "3001" : port->second);
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

Environment process_environment()
{
    Environment environment;
    for (auto** entry = environ; *entry != nullptr; ++entry) {
        std::string_view const text{*entry};
        if (auto const equals = text.find('='); equals != std::string_view::npos)
            environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return environment;
}

Config read_config(Flags const& flags, Environment const& environment)
{
    refuse_unknown_variables(environment);
    Config config;
    if (auto const listen = listen_alias(environment))
        config.listen = *listen;
    bool loopback_given = false;
    bool signup_given = false;
    bool metrics_auth_given = false;
    for (auto const& setting : settings()) {
        auto const given = find_given(setting, flags, environment);
        if (!given)
            continue; // the member keeps what it was made with
        if (auto const fault = setting.apply(config, given->value))
            throw ConfigError(
                given->origin + " " + *fault +
                (setting.secret ? "" : ", not \"" + given->value + "\"")
            );
        loopback_given |= setting.name == "ALLOW_LOOPBACK_REDIRECTS";
        signup_given |= setting.name == "SIGNUP";
        metrics_auth_given |= setting.name == "METRICS_REQUIRE_AUTH";
    }
    complete(config, loopback_given, signup_given);
    check_mail(config);
    check_metrics(config, metrics_auth_given);
    return config;
}

} // namespace server
