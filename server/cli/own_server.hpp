// A development server for as long as the object lives: in this process, on a thread, on any free
// port of loopback, with a data directory that is removed at the end.
#pragma once

#include "server/app.hpp"
#include "server/seeds.hpp"
#include "server/server.hpp"

#include <filesystem>
#include <thread>

namespace cli {

class OwnServer
{
public:
    // Takes nothing from the environment. Throws what `grantexd serve` would.
    OwnServer();
    ~OwnServer();
    OwnServer(OwnServer const&) = delete;
    OwnServer& operator=(OwnServer const&) = delete;

    [[nodiscard]] std::string const& base_url() const { return app_.config.public_base_url; }
    [[nodiscard]] std::string const& live_key() const { return seeds_.live_key; }
    [[nodiscard]] std::string const& sandbox_key() const { return seeds_.sandbox_key; }

private:
    class Directory // removed after everything that has files in it open
    {
    public:
        Directory();
        ~Directory();
        Directory(Directory const&) = delete;
        Directory& operator=(Directory const&) = delete;
        [[nodiscard]] std::filesystem::path const& path() const { return path_; }

    private:
        std::filesystem::path path_;
    };

    Directory directory_;
    server::App app_;
    server::Seeds seeds_;
    server::Server server_;
    std::thread thread_;
};

} // namespace cli
