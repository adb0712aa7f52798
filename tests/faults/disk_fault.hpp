// The fault that a test has ordered: the nth call of a kind, on files with an ending, fails. The
// order is a file that DISK_FAULT names and both sides have in memory, so that it can be given and
// taken back while the program runs (tests/faults/disk_fault.mjs).
#pragma once

#include "tests/faults/watched_files.hpp"

#include <cstdint>
#include <mutex>

namespace faults {

enum class Call : std::uint32_t
{
    read = 1,
    write = 2,
    sync = 4,
    truncate = 8,
};

struct Order
{
    std::uint32_t is_armed; // written last, and 0 first when an order is taken back
    std::uint32_t calls;    // Call, or'ed
    std::uint32_t first;    // the number of the first call that fails, from 1 on
    std::uint32_t times;    // how many fail
    std::int32_t error;
    char ending[44]; // of the path; empty: any
    // What came of it.
    std::uint32_t seen;         // calls that the order is about
    std::uint32_t failed;       // of them
    std::uint32_t synced_again; // syncs that were asked of a file after one of them had failed
    std::uint32_t unused;
    std::uint64_t first_failed_at; // nanoseconds
};
static_assert(sizeof(Order) == 88);

class DiskFault
{
public:
    DiskFault();

    // The error to fail with, or 0.
    int strikes(Call call, WatchedFile const& file);

private:
    Order* order_ = nullptr;
    std::mutex mutex_;
    std::string unsynced_; // the file whose sync has failed
};

} // namespace faults
