// The file of settings, and what a reload takes from it.
#include "server/config.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace server;

namespace {

struct SettingsFile
{
    explicit SettingsFile(std::string const& text) { write(text); }
    ~SettingsFile() { std::filesystem::remove_all(directory); }
    SettingsFile(SettingsFile const&) = delete;
    SettingsFile& operator=(SettingsFile const&) = delete;

    void write(std::string const& text) const { std::ofstream{file} << text; }
    [[nodiscard]] std::vector<SettingValue> values(Environment const& environment = {}) const
    {
        return find_settings({{"config", file}}, environment);
    }
    [[nodiscard]] Config config(Environment const& environment = {}) const
    {
        return make_config(values(environment));
    }
    [[nodiscard]] std::string fault() const
    {
        try {
            static_cast<void>(config());
        } catch (ConfigError const& error) {
            return error.what();
        }
        return {};
    }

    std::string directory = [] {
        std::string name = std::filesystem::temp_directory_path() / "grantexd-config-XXXXXX";
        BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        return name;
    }();
    std::string file = directory + "/grantexd.conf";
};

std::string origin_of(std::vector<SettingValue> const& values, std::string_view name)
{
    for (auto const& value : values)
        if (value.setting->name == name)
            return value.origin;
    return "none";
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_file)

BOOST_AUTO_TEST_CASE(a_line_is_a_setting)
{
    SettingsFile const settings{"# of the team\n\n  listen = 127.0.0.1:4000  \n"
                                "grant_max_ttl=7d\r\ndata_dir = \"/srv/with space\"\n"};
    auto const config = settings.config();
    BOOST_TEST(config.listen == "127.0.0.1:4000");
    BOOST_TEST(config.grant_max_ttl.count() == 7 * 86'400);
    BOOST_TEST(config.data_dir.string() == "/srv/with space");
}

BOOST_AUTO_TEST_CASE(flag_beats_environment_beats_file_beats_default)
{
    SettingsFile const settings{"rate_ip = 3\nrate_token = 3\nrate_refresh = 3\n"};
    auto const values = find_settings(
        {{"config", settings.file}, {"rate-ip", "1"}},
        {{"GRANTEXD_RATE_IP", "2"}, {"GRANTEXD_RATE_TOKEN", "2"}}
    );
    auto const config = make_config(values);
    BOOST_TEST(config.rate_ip == 1);
    BOOST_TEST(config.rate_token == 2);
    BOOST_TEST(config.rate_refresh == 3);
    BOOST_TEST(origin_of(values, "RATE_IP") == "--rate-ip");
    BOOST_TEST(origin_of(values, "RATE_TOKEN") == "GRANTEXD_RATE_TOKEN");
    BOOST_TEST(origin_of(values, "RATE_REFRESH") == settings.file + ":3 rate_refresh");
    BOOST_TEST(origin_of(values, "RATE_DID").empty());
}

BOOST_AUTO_TEST_CASE(a_mistake_is_answered_with_its_place_and_what_to_try)
{
    SettingsFile const settings{""};
    std::pair<std::string, std::string> const mistakes[] = {
        {"\nlisten 127.0.0.1:1", ":2: expected `name = value`"},
        {"lissten = x", ":1: \"lissten\" is not a setting. Did you mean listen?"},
        {"LISTEN = x", "Did you mean"},
        {"rate_ip = many", ":1 rate_ip must be a whole number"},
        {"rate_ip = 1\nrate_ip = 2", ":2: rate_ip is given twice"},
        {"admin_api_key = 0123456789abcdef", "Try: a file of its own, and admin_api_key_file"},
        {"config = /etc/other.conf", "cannot name another"},
    };
    for (auto const& [text, message] : mistakes) {
        settings.write(text);
        BOOST_TEST(settings.fault().find(message) != std::string::npos, settings.fault());
    }
    BOOST_CHECK_THROW(find_settings({{"config", "/nowhere/x.conf"}}, {}), ConfigError);
}

BOOST_AUTO_TEST_CASE(a_secret_is_read_from_the_file_it_names)
{
    SettingsFile const settings{""};
    auto const key = settings.directory + "/admin.key";
    std::ofstream{key} << "0123456789abcdef\n";
    settings.write("admin_api_key_file = " + key + "\n");
    std::filesystem::permissions(key, std::filesystem::perms{0644});
    BOOST_TEST(settings.fault().find("can be read by others") != std::string::npos);
    std::filesystem::permissions(key, std::filesystem::perms{0600});
    BOOST_TEST(settings.config().admin_api_key == "0123456789abcdef");
}

BOOST_AUTO_TEST_CASE(the_admin_socket_is_beside_the_database)
{
    SettingsFile const settings{"data_dir = /srv/grantexd\n"};
    BOOST_TEST(settings.config().admin_socket.string() == "/srv/grantexd/admin.sock");
}

BOOST_AUTO_TEST_CASE(a_reload_takes_what_is_live_and_names_what_needs_a_restart)
{
    SettingsFile const settings{"rate_ip = 10\nlisten = 127.0.0.1:4000\nrate_did = 5\n"};
    auto const before = settings.values();
    settings.write("rate_ip = 20\nlisten = 127.0.0.1:5000\ndefault_plan = pro\n");
    auto const [values, applied, waiting] = reload(before, settings.values());

    BOOST_TEST(
        applied == (std::vector<std::string>{
                       "GRANTEXD_DEFAULT_PLAN", "GRANTEXD_RATE_IP", "GRANTEXD_RATE_DID"}),
        boost::test_tools::per_element()
    );
    BOOST_TEST(
        waiting == std::vector<std::string>{"GRANTEXD_LISTEN"}, boost::test_tools::per_element()
    );
    auto const config = make_config(values);
    BOOST_TEST(config.rate_ip == 20);
    BOOST_TEST(config.rate_did == 300); // its line is gone
    BOOST_TEST(config.default_plan == "pro");
    BOOST_TEST(config.listen == "127.0.0.1:4000");
}

BOOST_AUTO_TEST_CASE(tls_needs_all_three_of_its_settings)
{
    SettingsFile const settings{"tls_listen = 0.0.0.0:443\n"};
    BOOST_TEST(settings.fault().find("belong together") != std::string::npos);
    settings.write("tls_certificate = /a\ntls_key = /b\n");
    BOOST_TEST(settings.fault().find("belong together") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
