#include "server/data_directory.hpp"

#include "storage/durable_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace server {

DataDirectory::DataDirectory(std::filesystem::path path) : path_(std::move(path))
{
    try {
        storage::create_private_directory(path_);
    } catch (std::system_error const& error) {
        throw ConfigError(
            "cannot create the data directory " + path_.string() + ": " + error.code().message() +
            ". Try: --data-dir DIRECTORY"
        );
    }
    auto const lock_file = path_ / "grantexd.lock";
    lock_ = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0)
        throw ConfigError(
            "cannot write to the data directory " + path_.string() + ": " + std::strerror(errno) +
            ". Try: --data-dir DIRECTORY, or change its owner"
        );
    // Released by the system when the process ends, however it ends: no lock goes stale.
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        ::close(lock_);
        throw ConfigError(
            "another grantexd uses the data directory " + path_.string() +
            ". Try: stop it, or --data-dir DIRECTORY"
        );
    }
    is_new_ = !std::filesystem::exists(database());
}

DataDirectory::~DataDirectory()
{
    if (lock_ >= 0)
        ::close(lock_);
}

} // namespace server
