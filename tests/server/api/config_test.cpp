// Settings: where they come from, what they accept, and what the message says when they are wrong.
#include "server/config.hpp"

#include "tests/support/api_server.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <set>

using namespace server;

namespace {

std::string fault_of(Flags const& flags, Environment const& environment = {})
{
    try {
        read_config(flags, environment);
    } catch (ConfigError const& error) {
        return error.what();
    }
    return {};
}

bool has(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

constexpr auto owner_only = std::filesystem::perms{0600};

} // namespace

BOOST_AUTO_TEST_SUITE(config)

BOOST_AUTO_TEST_CASE(the_defaults_are_those_of_the_contract)
{
    auto const config = read_config({}, {});
    BOOST_TEST(config.listen == "127.0.0.1:3001");
    BOOST_TEST(!config.dev);
    BOOST_TEST(config.public_base_url == "http://127.0.0.1:3001");
    BOOST_TEST(config.data_dir.string() == "/var/lib/grantexd");
    BOOST_TEST(!config.signup_open);
    BOOST_TEST(config.default_plan == "enterprise");
    BOOST_TEST(config.max_body_bytes == 1'048'576U);
    BOOST_TEST(config.idempotency_ttl.count() == 600);
    BOOST_TEST(config.budget_idempotency_ttl.count() == 86'400);
    BOOST_TEST(config.grant_default_ttl.count() == 86'400);
    BOOST_TEST(config.grant_max_ttl.count() == 30 * 86'400);
    BOOST_TEST(config.token_max_ttl.count() == 86'400);
    BOOST_TEST(config.delegate_default_ttl.count() == 3'600);
    BOOST_TEST(config.refresh_ttl.count() == 30 * 86'400);
    BOOST_TEST(config.reuse_grace.count() == 120);
    BOOST_TEST(config.refresh_reuse_action == "grant");
    BOOST_TEST(config.code_ttl.count() == 600);
    BOOST_TEST(config.consent_ttl.count() == 86'400);
    BOOST_TEST(config.consent_auth == "link");
    BOOST_TEST(config.redirect_uri_policy == "registered_if_any");
    BOOST_TEST(!config.allow_loopback_redirects);
    BOOST_TEST(!config.strict_agent_scopes);
    BOOST_TEST(config.max_delegation_depth == 3);
    BOOST_TEST(config.rate_profile == "appliance");
    BOOST_TEST(config.rate_ip == 5000);
    BOOST_TEST(config.rate_plan_free == 100);
    BOOST_TEST(config.rate_plan_pro == 500);
    BOOST_TEST(config.rate_plan_enterprise == 2000);
    BOOST_TEST(config.rate_authorize == 10);
    BOOST_TEST(config.rate_token == 20);
    BOOST_TEST(config.rate_refresh == 20);
    BOOST_TEST(config.rate_audit_log == 30);
    BOOST_TEST(config.rate_rotate_key == 5);
    BOOST_TEST(config.rate_consent_read == 120);
    BOOST_TEST(config.rate_consent_decision == 60);
    BOOST_TEST(config.rate_signup == 30);
    BOOST_TEST(config.rate_did == 300);
    BOOST_TEST(config.rate_admin == 20);
    BOOST_TEST(config.did_public_resolution);
    BOOST_TEST(config.admin_api_key.empty());
    BOOST_TEST(config.usage_metering);
    BOOST_TEST(config.metrics_enabled);
    BOOST_TEST(config.metrics_require_auth);
    BOOST_TEST(config.metrics_api_key.empty());
    BOOST_TEST(!config.metrics_agent_labels);
    BOOST_TEST(config.rate_public_read == 60);
    BOOST_TEST((config.quota_agents == Quota{500, 5000, 0}));
    BOOST_TEST((config.quota_grants == Quota{1000, 50'000, 0}));
    BOOST_TEST((config.quota_audit == Quota{20'000, 1'000'000, 0}));
    BOOST_TEST(config.cors_allowed_origins.empty());
}

BOOST_AUTO_TEST_CASE(every_setting_accepts_its_own_default_and_is_named_once)
{
    std::set<std::string> names;
    for (auto const& setting : settings())
        BOOST_TEST_CONTEXT(setting.name)
        {
            BOOST_TEST(names.insert(std::string{setting.name}).second);
            BOOST_TEST(!setting.help.empty());
            BOOST_TEST(environment_name(setting).starts_with("GRANTEXD_"));
            BOOST_TEST(
                flag_name(setting).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
                std::string::npos
            );
            if (setting.fallback.empty())
                continue;
            Config config;
            BOOST_TEST(!setting.apply(config, setting.fallback).has_value());
            // Said by hand, the default is no different.
            BOOST_TEST(fault_of({{flag_name(setting), std::string{setting.fallback}}}).empty());
            BOOST_TEST(
                fault_of({}, {{environment_name(setting), std::string{setting.fallback}}}).empty()
            );
        }
}

BOOST_AUTO_TEST_CASE(host_and_port_of_the_reference_implementation_are_one_setting_here)
{
    BOOST_TEST(read_config({}, {{"PORT", "8080"}}).listen == "127.0.0.1:8080");
    BOOST_TEST(read_config({}, {{"HOST", "127.0.0.2"}}).listen == "127.0.0.2:3001");
    Environment const both{{"HOST", "127.0.0.2"}, {"PORT", "8080"}};
    BOOST_TEST(read_config({}, both).listen == "127.0.0.2:8080");
    BOOST_TEST(read_config({{"listen", "127.0.0.1:1"}}, both).listen == "127.0.0.1:1");
    Environment own = both;
    own.emplace("GRANTEXD_LISTEN", "127.0.0.1:2");
    BOOST_TEST(read_config({}, own).listen == "127.0.0.1:2");
}

BOOST_AUTO_TEST_CASE(a_flag_wins_over_the_variable_over_the_alias_over_the_default)
{
    Environment const alias{{"MAX_DELEGATION_DEPTH", "7"}};
    Environment both = alias;
    both["GRANTEXD_MAX_DELEGATION_DEPTH"] = "6";
    BOOST_TEST(read_config({}, alias).max_delegation_depth == 7);
    BOOST_TEST(read_config({}, both).max_delegation_depth == 6);
    BOOST_TEST(read_config({{"max-delegation-depth", "5"}}, both).max_delegation_depth == 5);

    Environment const url{{"PUBLIC_BASE_URL", "https://a.example"}};
    BOOST_TEST(read_config({}, url).public_base_url == "https://a.example");
    // Variables of other programs are none of ours.
    BOOST_TEST(
        read_config({}, {{"", "x"}, {"HOSTNAME", "0.0.0.0"}, {"GRANT_MAX_TTL", "x"}}).rate_ip ==
        5000
    );
}

BOOST_AUTO_TEST_CASE(a_bad_value_is_named_with_what_is_accepted)
{
    struct Row
    {
        char const *name, *value, *accepted;
    };
    constexpr Row rows[] = {
        {"DEV", "yes", "true or false"},
        {"SIGNUP", "on", "open or closed"},
        {"DEFAULT_PLAN", "Free", "free, pro or enterprise"},
        {"DATA_DIR", "", "directory"},
        {"MAX_BODY_BYTES", "1k", "1024"},
        {"MAX_BODY_BYTES", "1023", "1024"},
        {"MAX_BODY_BYTES", "-5", "1024"},
        {"MAX_BODY_BYTES", "99999999999999999999", "1024"},
        {"GRANT_MAX_TTL", "30", "30d"},
        {"GRANT_MAX_TTL", "366d", "30d"},
        {"GRANT_MAX_TTL", "0s", "30d"},
        {"GRANT_DEFAULT_TTL", "1.5h", "24h"},
        {"TOKEN_MAX_TTL", "25h", "86400"},
        {"TOKEN_MAX_TTL", "59s", "60"},
        {"REFRESH_TTL", "31d", "seconds"},
        {"REUSE_GRACE", "11m", "600"},
        {"REUSE_GRACE", "-1s", "600"},
        {"CODE_TTL", "11m", "600"},
        {"CODE_TTL", "0s", "600"},
        {"REFRESH_REUSE_ACTION", "token", "grant or family"},
        {"CONSENT_AUTH", "strict", "none"},
        {"REDIRECT_URI_POLICY", "any", "registered_if_any or registered"},
        {"ALLOW_LOOPBACK_REDIRECTS", "1", "true or false"},
        {"STRICT_AGENT_SCOPES", "TRUE", "true or false"},
        {"MAX_DELEGATION_DEPTH", "11", "1 to 10"}, // S-043
        {"MAX_DELEGATION_DEPTH", "0", "1 to 10"},
        {"MAX_DELEGATION_DEPTH", "3 ", "1 to 10"},
        {"MAX_DELEGATION_DEPTH", "+3", "1 to 10"},
        {"RATE_PROFILE", "none", "appliance, reference or off"},
        {"RATE_IP", "0", "1 to"},
        {"RATE_DID", "0", "1 to"},
        {"RATE_ADMIN", "x", "1 to"},
        {"DID_PUBLIC_RESOLUTION", "off", "true or false"},
        {"DID_WEB_DOMAIN", "https://auth.example.com", "auth.example.com:8443"},
        {"DID_WEB_DOMAIN", "", "auth.example.com:8443"},
        {"QUOTA_AGENTS", "1,2", "three numbers"},
        {"QUOTA_AGENTS", "1,2,3,4", "three numbers"},
        {"QUOTA_AGENTS", "1,-2,3", "three numbers"},
        {"QUOTA_AGENTS", "1, 2,3", "three numbers"},
        {"QUOTA_AGENTS", "", "three numbers"},
        {"QUOTA_AUDIT", "1,2,99999999999999999999", "three numbers"},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.name << "=" << row.value)
        {
            auto const name = std::string{"GRANTEXD_"} + row.name;
            auto const fault = fault_of({}, {{name, row.value}});
            BOOST_TEST(fault.starts_with(name + " must "));
            BOOST_TEST(has(fault, row.accepted));
            BOOST_TEST(has(fault, std::string{"\""} + row.value + '"'));
        }
    BOOST_TEST(fault_of({{"rate-ip", "x"}}).starts_with("--rate-ip must "));
    auto const by_alias = fault_of({}, {{"MAX_DELEGATION_DEPTH", "x"}});
    BOOST_TEST(by_alias.starts_with("MAX_DELEGATION_DEPTH must "));
}

BOOST_AUTO_TEST_CASE(secrets_are_never_echoed)
{
    for (auto const* const name :
         {"SEED_API_KEY", "SEED_SANDBOX_KEY", "ADMIN_API_KEY", "METRICS_API_KEY"})
        for (auto const* const bad : {"tooshort", "has a space in it", "tab\tin between it"}) {
            auto const variable = std::string{"GRANTEXD_"} + name;
            for (auto const& fault :
                 {fault_of({{"dev", "true"}}, {{variable, bad}}),
                  fault_of({{"dev", "true"}}, {{name, bad}})})
            {
                BOOST_TEST(has(fault, std::string{name} + " must be 16 to 512 visible"));
                BOOST_TEST(!has(fault, bad));
            }
        }
    std::set<std::string> const public_matters{
        "RATE_ROTATE_KEY", "TLS_KEY", "SIGNING_KEY_ROTATION_DAYS", "SIGNING_KEY_LEAD"};
    for (auto const& setting : settings()) {
        std::string const name{setting.name};
        auto const is_key = has(name, "KEY") && !public_matters.contains(name);
        BOOST_TEST(setting.has(secret) == (is_key || has(name, "PASSWORD")), name);
    }
}

BOOST_AUTO_TEST_CASE(the_operator_key_is_no_seeded_key)
{
    std::string const key = "one-key-for-everything";
    for (auto const* const seed : {"seed-api-key", "seed-sandbox-key"}) {
        auto const fault = fault_of({{"dev", "true"}, {seed, key}, {"admin-api-key", key}});
        BOOST_TEST(has(fault, "GRANTEXD_ADMIN_API_KEY must differ"));
        BOOST_TEST(!has(fault, key));
    }
    BOOST_TEST(read_config({}, {{"ADMIN_API_KEY", key}}).admin_api_key == key);
}

BOOST_AUTO_TEST_CASE(metrics_that_are_asked_to_need_a_key_need_one_in_the_settings)
{
    Flags const required{{"metrics-require-auth", "true"}};
    BOOST_TEST(has(fault_of(required), "GRANTEXD_METRICS_REQUIRE_AUTH needs GRANTEXD_METRICS_API"));
    for (auto const& [name, value] :
         {std::pair{"metrics-api-key", "the-key-of-a-scraper"}, {"metrics-enabled", "false"}})
    {
        auto enough = required;
        enough.emplace(name, value);
        BOOST_TEST(fault_of(enough).empty(), name);
    }
    auto const open = read_config({}, {{"METRICS_REQUIRE_AUTH", "false"}});
    BOOST_TEST(!open.metrics_require_auth);
    std::string const key = "one-key-for-everything";
    for (auto const* const other : {"seed-api-key", "seed-sandbox-key", "admin-api-key"}) {
        auto const fault = fault_of({{"dev", "true"}, {other, key}, {"metrics-api-key", key}});
        BOOST_TEST(has(fault, "GRANTEXD_METRICS_API_KEY must differ"), other);
        BOOST_TEST(!has(fault, key));
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_variable_is_answered_with_the_nearest_name)
{
    struct Row
    {
        char const *given, *meant;
    };
    constexpr Row rows[] = {
        {"GRANTEXD_LISTEM", "GRANTEXD_LISTEN"},
        {"GRANTEXD_DATADIR", "GRANTEXD_DATA_DIR"},
        {"GRANTEXD_GRANTS_MAX_TTL", "GRANTEXD_GRANT_MAX_TTL"},
        {"GRANTEXD_PUBLIC_URL", "GRANTEXD_PUBLIC_BASE_URL"},
        {"GRANTEXD_RATE_TOKENS", "GRANTEXD_RATE_TOKEN"},
        {"GRANTEXD_LISTEN_FILE", "GRANTEXD_LISTEN"}, // only secrets come from files
        {"GRANTEXD_", "GRANTEXD_DEV"},
    };
    for (auto const& row : rows) {
        auto const fault = fault_of({}, {{row.given, "secret-value"}});
        BOOST_TEST(has(fault, std::string{row.given} + " is not a setting"));
        BOOST_TEST(has(fault, std::string{"Did you mean "} + row.meant + "?"));
        BOOST_TEST(!has(fault, "secret-value"));
    }
}

BOOST_AUTO_TEST_CASE(secrets_may_come_from_files)
{
    support::TemporaryDirectory directory;
    auto const path = (directory.path() / "key").string();
    std::ofstream{path, std::ios::binary} << "gx_from_a_file_0001\r\n\n";
    std::filesystem::permissions(path, owner_only);
    Flags const dev{{"dev", "true"}};
    auto const config = read_config(dev, {{"GRANTEXD_SEED_API_KEY_FILE", path}});
    BOOST_TEST(config.seed_api_key == "gx_from_a_file_0001");
    // The variable itself wins over the file, the file over the alias.
    Environment all{{"GRANTEXD_SEED_API_KEY_FILE", path}, {"SEED_API_KEY", "gx_from_the_alias"}};
    BOOST_TEST(read_config(dev, all).seed_api_key == "gx_from_a_file_0001");
    all["GRANTEXD_SEED_API_KEY"] = "gx_from_the_variable";
    BOOST_TEST(read_config(dev, all).seed_api_key == "gx_from_the_variable");

    auto const missing = fault_of(dev, {{"GRANTEXD_MASTER_KEY_FILE", path + ".none"}});
    BOOST_TEST(missing.starts_with("GRANTEXD_MASTER_KEY_FILE"));
    BOOST_TEST(has(missing, path + ".none"));
    BOOST_TEST(!fault_of(dev, {{"GRANTEXD_MASTER_KEY_FILE", directory.path()}}).empty());
    std::ofstream{path, std::ios::binary} << "short";
    auto const bad = fault_of(dev, {{"GRANTEXD_SEED_API_KEY_FILE", path}});
    BOOST_TEST(bad.starts_with("GRANTEXD_SEED_API_KEY_FILE must be"));
    BOOST_TEST(!has(bad, "short"));
}

BOOST_AUTO_TEST_CASE(S_111_a_secret_file_that_others_may_read_or_write_is_refused)
{
    support::TemporaryDirectory directory;
    auto const path = (directory.path() / "key").string();
    std::ofstream{path, std::ios::binary} << "gx_from_a_file_0001";
    Flags const dev{{"dev", "true"}};
    Environment const environment{{"GRANTEXD_SEED_API_KEY_FILE", path}};
    for (auto const mode : {0640U, 0604U, 0620U, 0602U, 0644U}) {
        std::filesystem::permissions(path, std::filesystem::perms{mode});
        auto const fault = fault_of(dev, environment);
        BOOST_TEST(has(fault, path + " can be read by others. Try: chmod 600 " + path));
    }
    std::filesystem::permissions(path, owner_only);
    std::ofstream{path, std::ios::binary} << "\n";
    BOOST_TEST(has(fault_of(dev, environment), path + " is empty"));
    std::ofstream{path, std::ios::binary} << "gx_from_a_file_0001";
    for (auto const mode : {0600U, 0400U}) {
        std::filesystem::permissions(path, std::filesystem::perms{mode});
        BOOST_TEST(read_config(dev, environment).seed_api_key == "gx_from_a_file_0001");
    }
}

BOOST_AUTO_TEST_CASE(development_mode_loosens_what_it_may_and_stays_on_this_machine)
{
    Flags const dev{{"dev", "true"}};
    auto const config = read_config(dev, {});
    BOOST_TEST(config.dev);
    BOOST_TEST(config.consent_auth == "none");
    BOOST_TEST(config.signup_open);
    BOOST_TEST(config.allow_loopback_redirects);
    BOOST_TEST(config.data_dir.string() == "./grantexd-data");

    auto const strict = read_config(
        {{"dev", "true"},
         {"consent-auth", "link"},
         {"signup", "closed"},
         {"allow-loopback-redirects", "false"},
         {"data-dir", "/tmp/x"},
         {"rate-profile", "off"}},
        {}
    );
    BOOST_TEST(strict.consent_auth == "link");
    for (auto const* const level : {"none", "link", "session", "passkey"})
        BOOST_TEST(read_config({{"consent-auth", level}}, {}).consent_auth == level);
    BOOST_TEST(has(fault_of({{"consent-auth", "Session"}}), "none, link, session or passkey"));
    BOOST_TEST(!strict.signup_open);
    BOOST_TEST(!strict.allow_loopback_redirects);
    BOOST_TEST(strict.rate_profile == "off");

    for (auto const* const listen :
         {"0.0.0.0:3001", "192.0.2.1:3001", "[::]:3001", "example.com:80", "127.evil.example:80"})
        BOOST_TEST_CONTEXT(listen)
        {
            auto const fault = fault_of({{"dev", "true"}, {"listen", listen}});
            BOOST_TEST(has(fault, "loopback"));
            BOOST_TEST(has(fault, "Try: "));
        }
    for (auto const* const listen : {"127.0.0.2:3001", "[::1]:3001", "localhost:3001"})
        BOOST_TEST(fault_of({{"dev", "true"}, {"listen", listen}}).empty(), listen);
}

BOOST_AUTO_TEST_CASE(what_needs_development_mode_is_refused_without_it)
{
    BOOST_TEST(has(fault_of({{"rate-profile", "off"}}), "needs --dev"));
    for (auto const* const name : {"GRANTEXD_SEED_API_KEY", "GRANTEXD_SEED_SANDBOX_KEY"})
        BOOST_TEST(has(fault_of({}, {{name, "gx_a_long_enough_key"}}), "need --dev"));
}

BOOST_AUTO_TEST_CASE(the_base_url_is_needed_where_it_cannot_be_guessed)
{
    BOOST_TEST(has(fault_of({{"listen", "0.0.0.0:443"}}), "--public-base-url"));
    auto const given = read_config(
        {{"listen", "0.0.0.0:443"}, {"public-base-url", "https://auth.example.com//"}}, {}
    );
    BOOST_TEST(given.public_base_url == "https://auth.example.com");
    for (auto const* const bad :
         {"auth.example.com", "ftp://auth.example.com", "//auth.example.com"})
        BOOST_TEST(has(fault_of({{"public-base-url", bad}}), "GRANTEXD_PUBLIC_BASE_URL"));
    BOOST_TEST(
        has(fault_of({{"grant-default-ttl", "2d"}, {"grant-max-ttl", "1d"}}), "GRANT_DEFAULT_TTL")
    );
}

BOOST_AUTO_TEST_SUITE_END()
