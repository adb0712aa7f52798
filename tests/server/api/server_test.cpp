// The whole server, before its loop runs.
#include "server/server.hpp"
#include "tests/server/http/raw_tls.hpp"
#include "tests/support/api_server.hpp"

#include <boost/test/unit_test.hpp>

namespace {

server::Config
config_with_tls(raw::CertificateFiles const& files, std::filesystem::path const& directory)
{
    return server::read_config(
        {{"dev", "true"},
         {"data-dir", (directory / "data").string()},
         {"listen", "127.0.0.1:0"},
         {"tls-listen", "127.0.0.1:0"},
         {"tls-certificate", files.certificate().string()},
         {"tls-key", files.key().string()}},
        {}
    );
}

} // namespace

BOOST_AUTO_TEST_SUITE(whole_server)

BOOST_AUTO_TEST_CASE(certificates_are_read_again_and_the_log_tells_of_them)
{
    support::TemporaryDirectory const directory;
    raw::CertificateFiles files;
    server::App app{config_with_tls(files, directory.path())};
    std::string text;
    server::Server server{
        app, http::Log{[&](std::string_view line) { text.append(line) += '\n'; }}};
    BOOST_REQUIRE(server.tls_address());
    BOOST_TEST(server.tls_address()->port() != server.address().port());
    auto const port = std::to_string(server.tls_address()->port());
    BOOST_TEST(text.find("event=tls.listening address=127.0.0.1:" + port) != text.npos);
    BOOST_TEST(
        text.find("event=tls.certificate file=" + files.certificate().string()) != text.npos
    );
    BOOST_TEST(text.find("event=tls.warning") == text.npos);

    text.clear();
    std::filesystem::remove(files.key());
    auto const fault = server.reload_certificates();
    BOOST_TEST((fault && fault->find("key.pem: No such file") != fault->npos));
    BOOST_TEST(text.empty());

    files.replace("old", {.from = -std::chrono::hours(48), .until = -std::chrono::hours(24)});
    BOOST_TEST(!server.reload_certificates());
    BOOST_TEST(text.find("problem=it has expired") != text.npos);
    files.replace("early", {.from = std::chrono::hours(24), .until = std::chrono::hours(48)});
    BOOST_TEST(!server.reload_certificates());
    BOOST_TEST(text.find("problem=it is not valid yet") != text.npos);
}

BOOST_AUTO_TEST_CASE(a_server_without_tls_has_nothing_to_reload)
{
    support::TemporaryDirectory const directory;
    server::App app{server::read_config(
        {{"dev", "true"},
         {"data-dir", (directory.path() / "data").string()},
         {"listen", "127.0.0.1:0"}},
        {}
    )};
    server::Server server{app, http::Log{[](std::string_view) {}}};
    BOOST_TEST(!server.tls_address());
    BOOST_TEST(!server.reload_certificates());
}

BOOST_AUTO_TEST_SUITE_END()
