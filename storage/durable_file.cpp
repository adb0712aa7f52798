#include "storage/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace storage {

namespace {

constexpr mode_t as_umask_says = 0777;

[[noreturn]] void fail(int error, std::filesystem::path const& file)
{
    throw std::system_error(error, std::generic_category(), file.string());
}

void sync_path(std::filesystem::path const& path, int flags)
{
    auto const descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
    if (descriptor < 0)
        fail(errno, path);
    auto const result = ::fsync(descriptor);
    auto const error = errno;
    ::close(descriptor);
    if (result != 0)
        fail(error, path);
}

std::filesystem::path directory_of(std::filesystem::path const& file)
{
    return file.has_parent_path() ? file.parent_path() : ".";
}

bool create_directory(std::filesystem::path const& directory, mode_t mode)
{
    auto const above = directory_of(directory);
    if (!std::filesystem::exists(above))
        create_directory(above, as_umask_says);
    if (::mkdir(directory.c_str(), mode) != 0) {
        if (errno == EEXIST)
            return false;
        fail(errno, directory);
    }
    sync_directory(above);
    return true;
}

} // namespace

void sync_file(std::filesystem::path const& file)
{
    sync_path(file, O_RDONLY);
}

void sync_directory(std::filesystem::path const& directory)
{
    sync_path(directory, O_RDONLY | O_DIRECTORY);
}

bool create_private_file(std::filesystem::path const& file)
{
    auto const descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        if (errno == EEXIST)
            return false;
        fail(errno, file);
    }
    ::close(descriptor);
    sync_directory(directory_of(file));
    return true;
}

bool create_private_directory(std::filesystem::path const& directory)
{
    return create_directory(directory, 0700);
}

void rename_durably(std::filesystem::path const& from, std::filesystem::path const& to)
{
    sync_file(from);
    if (::rename(from.c_str(), to.c_str()) != 0)
        fail(errno, to);
    sync_directory(directory_of(to));
}

std::filesystem::path with_suffix(std::filesystem::path const& file, char const* suffix)
{
    auto name = file;
    name += suffix;
    return name;
}

void remove_database(std::filesystem::path const& file)
{
    for (auto const* const suffix : {"", "-wal", "-shm", "-journal"})
        std::filesystem::remove(with_suffix(file, suffix));
}

void remove_empty_log(std::filesystem::path const& database)
{
    auto const log = with_suffix(database, "-wal");
    std::error_code error; // there is none: nothing to remove
    auto const size = std::filesystem::file_size(log, error);
    if (!error && size == 0) {
        std::filesystem::remove(log);
        std::filesystem::remove(with_suffix(database, "-shm"));
    }
}

} // namespace storage
