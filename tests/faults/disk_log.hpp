// A log of everything that a program does to its files, from which a test builds what a power loss
// could have left of them. Numbers are the machine's; tests/crash/disk_log.mjs reads it.
#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>

namespace faults {

enum class Step : std::uint32_t
{
    open = 1, // `at`: its flags, the bytes: the path
    write,    // `at`: the offset, the bytes: the data
    truncate, // `at`: the new size
    sync,     // `at`: how many steps were in the log when it began
    rename,   // the bytes: both paths, a zero between them
    unlink,
    mkdir,
    link,
};

class DiskLog
{
public:
    // Does nothing unless DISK_LOG names a file.
    DiskLog();

    // Held from before a step is taken until it is in the log: so the order is the true one.
    using Lock = std::unique_lock<std::mutex>;
    [[nodiscard]] Lock lock() { return descriptor_ < 0 ? Lock{} : Lock{mutex_}; }

    // Under the lock. `handle`: which opening of a file, 0 where there is none.
    void append(Step step, std::uint32_t handle, std::uint64_t at, std::string_view bytes = {});
    [[nodiscard]] std::uint64_t steps() const { return steps_; }

private:
    int descriptor_ = -1;
    std::uint64_t steps_ = 0;
    std::mutex mutex_;
};

} // namespace faults
