// What the kernel tells about this process: /proc/self.
#pragma once

#include <cstdint>
#include <optional>

namespace server {

// Nothing where the kernel does not tell.
struct ProcessStats
{
    std::optional<double> cpu_seconds;   // of all threads, user and system
    std::optional<double> start_seconds; // since 1970
    std::optional<std::uint64_t> resident_bytes;
    std::optional<std::uint64_t> virtual_bytes;
    std::optional<std::uint64_t> open_fds;
    std::optional<std::uint64_t> max_fds;
};

ProcessStats read_process_stats();

} // namespace server
