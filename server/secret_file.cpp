#include "server/secret_file.hpp"

#include <sys/stat.h>

#include <cstdlib>

namespace server {

bool is_open_to_others(std::filesystem::path const& file)
{
    struct stat status
    {};
    if (::stat(file.c_str(), &status) != 0)
        return false;
    // systemd gives a service its credentials through an access list where it can, and then the
    // bits of the group are the mask of that list. The directory is private to the service.
    auto const* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
    auto const is_credential = credentials != nullptr && file.parent_path() == credentials;
    return (status.st_mode & (is_credential ? 07U : 077U)) != 0;
}

} // namespace server
