#include "server/backup/describe_failure.hpp"

#include "storage/copy_database.hpp"

#include <SQLiteCpp/Exception.h>

#include <sqlite3.h>

#include <system_error>

namespace backup {

namespace {

bool is_damage(std::exception const& error)
{
    auto const* const sqlite = dynamic_cast<SQLite::Exception const*>(&error);
    return sqlite != nullptr && sqlite->getErrorCode() == SQLITE_CORRUPT;
}

bool is_disk_full(std::exception const& error)
{
    if (auto const* const sqlite = dynamic_cast<SQLite::Exception const*>(&error))
        return sqlite->getErrorCode() == SQLITE_FULL;
    auto const* const system = dynamic_cast<std::system_error const*>(&error);
    return system != nullptr &&
           (system->code() == std::errc::no_space_on_device || system->code() == std::errc{EDQUOT});
}

} // namespace

std::string describe_failure(
    std::exception const& error, std::string const& what, std::filesystem::path const& directory,
    std::uintmax_t bytes
)
{
    constexpr std::uintmax_t megabyte = 1024 * 1024;
    if (dynamic_cast<storage::CopyStopped const*>(&error) != nullptr)
        return what + " was given up because the server stops. Try: again when it runs";
    if (is_disk_full(error))
        return what + " needs about " + std::to_string(bytes / megabyte + 1) + " MB, and " +
               directory.string() + " is full. Try: to free space there";
    if (is_damage(error))
        return what + " failed, since the database is damaged: " + error.what() +
               ". Try: grantexd restore with the newest backup, or grantexd recover";
    return what + " in " + directory.string() + " failed: " + error.what() +
           ". Try: to check that directory, its owner and its disk";
}

} // namespace backup
