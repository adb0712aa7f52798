#include "server/process_stats.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace server {

namespace {

// Fields of /proc/self/stat, numbered from 1 as in proc(5).
constexpr std::size_t user_time = 14, system_time = 15, start_time = 22, virtual_size = 23,
                      resident_pages = 24;

// The numbers of /proc/self/stat from the third field on. The second is the name of the program,
// which may hold spaces and parentheses; nothing after it does.
std::vector<std::string> fields_after_name()
{
    std::ifstream file{"/proc/self/stat"};
    std::string line;
    std::getline(file, line);
    std::vector<std::string> fields;
    auto const end = line.rfind(')');
    if (end == std::string::npos)
        return fields;
    std::istringstream rest{line.substr(end + 1)};
    for (std::string field; rest >> field;)
        fields.push_back(std::move(field));
    return fields;
}

// When the machine started. Not from /proc/stat, which a hardened unit does not see.
double boot_seconds()
{
    timespec since_boot{};
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
    ::clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<double>(now.tv_sec - since_boot.tv_sec) +
           static_cast<double>(now.tv_nsec - since_boot.tv_nsec) / 1e9;
}

std::optional<std::uint64_t> count_open_fds()
{
    std::error_code error;
    std::filesystem::directory_iterator const entries{"/proc/self/fd", error};
    if (error)
        return {};
    auto const count = std::distance(begin(entries), end(entries));
    return static_cast<std::uint64_t>(count - 1); // without the one that reads them
}

} // namespace

ProcessStats read_process_stats()
{
    ProcessStats stats;
    stats.open_fds = count_open_fds();
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
        stats.max_fds = limit.rlim_cur;

    auto const fields = fields_after_name();
    if (fields.size() + 2 < resident_pages)
        return stats;
    auto const number = [&](std::size_t field) { return std::stoull(fields[field - 3]); };
    auto const ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
    auto const seconds = [&](std::uint64_t ticks) {
        return static_cast<double>(ticks) / ticks_per_second;
    };
    stats.cpu_seconds = seconds(number(user_time) + number(system_time));
    stats.virtual_bytes = number(virtual_size);
    stats.resident_bytes =
        number(resident_pages) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    stats.start_seconds = boot_seconds() + seconds(number(start_time));
    return stats;
}

} // namespace server
