#include "tests/faults/disk_log.hpp"

#include "tests/faults/watched_files.hpp"

#include <fcntl.h>
#include <sys/uio.h>

#include <cstdlib>

namespace faults {

namespace {

struct Head
{
    Step step;
    std::uint32_t handle;
    std::uint64_t nanoseconds;
    std::uint64_t at;
    std::uint64_t bytes;
};
static_assert(sizeof(Head) == 32);

} // namespace

DiskLog::DiskLog()
{
    if (auto const* const path = std::getenv("DISK_LOG"))
        descriptor_ = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

void DiskLog::append(Step step, std::uint32_t handle, std::uint64_t at, std::string_view bytes)
{
    if (descriptor_ < 0)
        return;
    Head head{step, handle, now(), at, bytes.size()};
    // The kernel wants both to be writable, and writes to neither.
    iovec const parts[] = {{&head, sizeof head}, {const_cast<char*>(bytes.data()), bytes.size()}};
    auto const size = static_cast<ssize_t>(sizeof head + bytes.size());
    if (::writev(descriptor_, parts, 2) != size)
        std::abort(); // a test that believed a log with holes would prove nothing
    ++steps_;
}

} // namespace faults
