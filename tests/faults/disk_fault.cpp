#include "tests/faults/disk_fault.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace faults {

DiskFault::DiskFault()
{
    auto const* const path = std::getenv("DISK_FAULT");
    if (path == nullptr)
        return;
    auto const descriptor = ::open(path, O_RDWR | O_CLOEXEC);
    auto* const memory =
        ::mmap(nullptr, sizeof(Order), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (memory == MAP_FAILED)
        std::abort(); // nothing would ever fail
    ::close(descriptor);
    order_ = static_cast<Order*>(memory);
}

int DiskFault::strikes(Call call, WatchedFile const& file)
{
    if (order_ == nullptr || std::atomic_ref{order_->is_armed}.load() == 0)
        return 0;
    std::lock_guard const lock{mutex_};
    auto& order = *order_;
    if (call == Call::sync && file.path == unsynced_)
        ++order.synced_again;
    if ((order.calls & static_cast<std::uint32_t>(call)) == 0 || !file.path.ends_with(order.ending))
        return 0;
    auto const number = ++order.seen;
    if (number < order.first || number - order.first >= order.times)
        return 0;
    if (order.failed++ == 0)
        order.first_failed_at = now();
    if (call == Call::sync)
        unsynced_ = file.path;
    return order.error;
}

} // namespace faults
