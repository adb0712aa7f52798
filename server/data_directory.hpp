// The directory that holds everything the server keeps, and the lock that keeps a second server out
// of it (reliability 2.3: no second process ever opens the live file).
#pragma once

#include "server/config.hpp"

#include <filesystem>

namespace server {

class DataDirectory
{
public:
    // Creates the directory (0700) when it is missing, and locks it. Throws ConfigError.
    explicit DataDirectory(std::filesystem::path path);
    ~DataDirectory();
    DataDirectory(DataDirectory const&) = delete;
    DataDirectory& operator=(DataDirectory const&) = delete;

    [[nodiscard]] std::filesystem::path const& path() const { return path_; }
    [[nodiscard]] std::filesystem::path database() const { return path_ / "grantexd.db"; }
    [[nodiscard]] bool is_new() const { return is_new_; } // held no database before

private:
    std::filesystem::path path_;
    int lock_ = -1;
    bool is_new_ = false;
};

} // namespace server
