// Stands between a program and its disk (LD_PRELOAD): tells a test what is done to the files below
// DISK_ROOT (disk_log.hpp), and lets calls fail when the test says so (disk_fault.hpp). Only what
// SQLite and our own files use is here; a test compares that with what strace sees.
#include "tests/faults/disk_fault.hpp"
#include "tests/faults/disk_log.hpp"
#include "tests/faults/watched_files.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>

namespace faults {

namespace {

// Made by the first call, which can come before any constructor of this library; never destroyed,
// since the last calls come after all destructors.
struct Disk
{
    WatchedFiles files;
    DiskLog log;
    DiskFault fault;
};

// The log and the order are opened through open() here: for those calls there is no disk yet.
thread_local bool is_starting = false;

Disk* disk()
{
    if (is_starting)
        return nullptr;
    is_starting = true;
    static auto* const only = new Disk;
    is_starting = false;
    return only;
}

WatchedFile const* watched(int descriptor)
{
    auto* const the = disk();
    return the == nullptr ? nullptr : the->files.find(descriptor);
}

// What the call does without us.
template<class Function> Function* real(char const* name)
{
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

bool strikes(Call call, WatchedFile const& file)
{
    auto const error = disk()->fault.strikes(call, file);
    if (error != 0)
        errno = error;
    return error != 0;
}

using Open = int(char const*, int, ...);
int open_file(Open* next, char const* path, int flags, mode_t mode)
{
    auto* const the = disk();
    if (the == nullptr || !the->files.is_below_root(path))
        return next(path, flags, mode);
    auto const lock = the->log.lock();
    auto const descriptor = next(path, flags, mode);
    if (descriptor >= 0) {
        auto const& file = the->files.opened(descriptor, path);
        the->log.append(Step::open, file.handle, static_cast<std::uint64_t>(flags), file.path);
    }
    return descriptor;
}

template<class Act> ssize_t write_file(int descriptor, void const* data, off64_t at, Act act)
{
    auto const* const file = watched(descriptor);
    if (file == nullptr)
        return act();
    if (strikes(Call::write, *file))
        return -1;
    auto& log = disk()->log;
    auto const lock = log.lock();
    auto const offset = at < 0 ? ::lseek64(descriptor, 0, SEEK_CUR) : at;
    auto const size = act();
    if (size > 0)
        log.append(
            Step::write, file->handle, static_cast<std::uint64_t>(offset),
            {static_cast<char const*>(data), static_cast<std::size_t>(size)}
        );
    return size;
}

template<class Act> ssize_t read_file(int descriptor, Act act)
{
    auto const* const file = watched(descriptor);
    return file != nullptr && strikes(Call::read, *file) ? -1 : act();
}

template<class Act> int truncate_file(int descriptor, off64_t size, Act act)
{
    auto const* const file = watched(descriptor);
    if (file == nullptr)
        return act();
    if (strikes(Call::truncate, *file))
        return -1;
    auto& log = disk()->log;
    auto const lock = log.lock();
    auto const result = act();
    if (result == 0)
        log.append(Step::truncate, file->handle, static_cast<std::uint64_t>(size));
    return result;
}

// Others may write meanwhile; only what was written before it began is then surely on disk.
template<class Act> int sync_file(int descriptor, Act act)
{
    auto const* const file = watched(descriptor);
    if (file == nullptr)
        return act();
    if (strikes(Call::sync, *file))
        return -1;
    auto& log = disk()->log;
    auto lock = log.lock();
    auto const began = log.steps();
    if (lock)
        lock.unlock();
    auto const result = act();
    if (lock.mutex() != nullptr)
        lock.lock();
    if (result == 0)
        log.append(Step::sync, file->handle, began);
    return result;
}

template<class Act> int change_name(Step step, char const* path, Act act)
{
    auto* const the = disk();
    if (the == nullptr || !the->files.is_below_root(path))
        return act();
    auto const lock = the->log.lock();
    auto const result = act();
    if (result == 0)
        the->log.append(step, 0, 0, the->files.below_root(path));
    return result;
}

template<class Act> int change_names(Step step, char const* from, char const* to, Act act)
{
    auto* const the = disk();
    if (the == nullptr || !the->files.is_below_root(from))
        return act();
    auto const lock = the->log.lock();
    auto const result = act();
    std::string names{the->files.below_root(from)};
    names += '\0';
    names += the->files.below_root(to);
    if (result == 0)
        the->log.append(step, 0, 0, names);
    return result;
}

} // namespace

} // namespace faults

using namespace faults;

extern "C" {

int open(char const* path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    auto const mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
    va_end(list);
    static auto* const next = real<Open>("open");
    return open_file(next, path, flags, mode);
}

int open64(char const* path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    auto const mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
    va_end(list);
    static auto* const next = real<Open>("open64");
    return open_file(next, path, flags, mode);
}

int close(int descriptor)
{
    static auto* const next = real<decltype(close)>("close");
    if (auto* const the = disk())
        the->files.closed(descriptor);
    return next(descriptor);
}

ssize_t write(int descriptor, void const* data, size_t size)
{
    static auto* const next = real<decltype(write)>("write");
    return write_file(descriptor, data, -1, [&] { return next(descriptor, data, size); });
}

ssize_t pwrite64(int descriptor, void const* data, size_t size, off64_t at)
{
    static auto* const next = real<decltype(pwrite64)>("pwrite64");
    return write_file(descriptor, data, at, [&] { return next(descriptor, data, size, at); });
}

ssize_t read(int descriptor, void* data, size_t size)
{
    static auto* const next = real<decltype(read)>("read");
    return read_file(descriptor, [&] { return next(descriptor, data, size); });
}

ssize_t pread64(int descriptor, void* data, size_t size, off64_t at)
{
    static auto* const next = real<decltype(pread64)>("pread64");
    return read_file(descriptor, [&] { return next(descriptor, data, size, at); });
}

int ftruncate64(int descriptor, off64_t size) noexcept
{
    static auto* const next = real<int(int, off64_t)>("ftruncate64");
    return truncate_file(descriptor, size, [&] { return next(descriptor, size); });
}

int fsync(int descriptor)
{
    static auto* const next = real<decltype(fsync)>("fsync");
    return sync_file(descriptor, [&] { return next(descriptor); });
}

int fdatasync(int descriptor)
{
    static auto* const next = real<decltype(fdatasync)>("fdatasync");
    return sync_file(descriptor, [&] { return next(descriptor); });
}

int rename(char const* from, char const* to) noexcept
{
    static auto* const next = real<int(char const*, char const*)>("rename");
    return change_names(Step::rename, from, to, [&] { return next(from, to); });
}

int link(char const* from, char const* to) noexcept
{
    static auto* const next = real<int(char const*, char const*)>("link");
    return change_names(Step::link, from, to, [&] { return next(from, to); });
}

int unlink(char const* path) noexcept
{
    static auto* const next = real<int(char const*)>("unlink");
    return change_name(Step::unlink, path, [&] { return next(path); });
}

// Of std::filesystem::remove.
int remove(char const* path) noexcept
{
    static auto* const next = real<int(char const*)>("remove");
    return change_name(Step::unlink, path, [&] { return next(path); });
}

int mkdir(char const* path, mode_t mode) noexcept
{
    static auto* const next = real<int(char const*, mode_t)>("mkdir");
    return change_name(Step::mkdir, path, [&] { return next(path, mode); });
}

} // extern "C"
