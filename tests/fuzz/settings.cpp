// The file of settings: lines `name = value`.
// Few paths: a third of the time is enough.
#include "server/config.hpp"
#include "server/config_file.hpp"
#include "tests/fuzz/fuzzer.hpp"

#include <sstream>
#include <string>
#include <vector>

namespace {

// Behind the value of every secret, so that it can be found.
constexpr std::string_view mark = "Zq9-never-shown";

// Nothing when a setting is wrong.
template<class Read> auto read_or_refuse(Read read) -> std::optional<decltype(read())>
{
    try {
        return read();
    } catch (server::ConfigError const& error) {
        std::string_view const message{error.what()};
        test::must(!message.empty(), "a mistake is named");
        test::must(message.find(mark) == message.npos, "no message repeats a secret");
        return {};
    }
}

std::vector<server::SettingValue> values_of(server::FileEntries const& entries)
{
    std::vector<server::SettingValue> values;
    for (auto const& setting : server::settings()) {
        auto const name = server::file_name(setting);
        auto const entry = entries.find(name);
        auto const secret_entry = entries.find(name + "_file");
        if (entry != entries.end())
            values.push_back({&setting, entry->second.value, entry->second.origin});
        else if (secret_entry != entries.end()) // as if the file held the value
            values.push_back(
                {&setting, secret_entry->second.value + std::string{mark}, secret_entry->first}
            );
        else if (!setting.fallback.empty())
            values.push_back({&setting, std::string{setting.fallback}, {}});
    }
    return values;
}

void check_config(server::Config const& config)
{
    using test::must;
    must(config.grant_default_ttl <= config.grant_max_ttl, "the default is within its bound");
    must(config.grant_max_ttl.count() > 0, "grants last");
    must(config.token_max_ttl.count() > 0, "so do tokens");
    must(!config.listen.empty(), "there is an address");
    must(
        config.public_base_url.starts_with("https://") ||
            config.public_base_url.starts_with("http://127.") ||
            config.public_base_url.starts_with("http://[::1]") ||
            config.public_base_url.starts_with("http://localhost"),
        "only loopback is without TLS"
    );
    must(!config.public_base_url.ends_with('/'), "the issuer has no slash at its end");
    must(config.max_delegation_depth >= 1 && config.max_delegation_depth <= 10, "a chain ends");
    for (auto const& network : config.trust_proxy)
        must(network.bits >= 16, "nobody trusts everyone");
    if (config.smtp_server)
        must(!config.mail_from.empty(), "mails have a sender");
}

} // namespace

void test::fuzz(std::string_view input)
{
    // To find what a name of a page was meant to be takes long, and finds nothing.
    input = input.substr(0, 300);
    auto const entries = read_or_refuse([&] {
        std::istringstream stream{std::string{input}};
        return server::read_entries(stream, "grantexd.conf");
    });
    if (!entries)
        return;
    auto const values = values_of(*entries);
    if (auto const config = read_or_refuse([&] { return server::make_config(values); })) {
        check_config(*config);
        auto const reloaded = server::reload(values, values);
        must(
            reloaded.applied.empty() && reloaded.waiting.empty(), "the same settings change nothing"
        );
    }
}
