#include "server/cli/own_server.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

namespace cli {

namespace {

server::Config config_for(std::filesystem::path const& directory)
{
    return server::read_config(
        {{"dev", "true"}, {"listen", "127.0.0.1:0"}, {"data-dir", directory.string()}}, {}
    );
}

// Who watches the demo sees every call; the log would only tell it twice, unless the server fails.
http::Log quiet_log()
{
    return http::Log{[](std::string_view line) {
        if (line.find("event=fatal") != line.npos)
            std::cerr << line << "\n";
    }};
}

} // namespace

OwnServer::Directory::Directory()
{
    std::error_code error;
    auto const parent = std::filesystem::temp_directory_path(error);
    auto pattern = (error ? "/tmp" : parent) / "grantexd-demo-XXXXXX";
    auto name = pattern.string();
    if (::mkdtemp(name.data()) == nullptr) // mode 0700
        throw server::ConfigError(
            "cannot create the directory " + pattern.string() + ": " + std::strerror(errno) +
            ". Try: TMPDIR=DIRECTORY grantexd demo"
        );
    path_ = name;
}

OwnServer::Directory::~Directory()
{
    std::error_code error; // what cannot be removed stays; there is nothing better to do
    std::filesystem::remove_all(path_, error);
}

OwnServer::OwnServer()
    : app_(config_for(directory_.path())), seeds_(server::plant_seeds(app_)),
      server_(app_, quiet_log())
{
    app_.use_listen_port(server_.address().port());
    thread_ = std::thread{[this] {
        try {
            server_.run();
        } catch (std::exception const& error) {
            std::cerr << "grantexd: the demo's server failed: " << error.what() << "\n";
        }
    }};
}

OwnServer::~OwnServer()
{
    server_.stop();
    thread_.join();
}

} // namespace cli
