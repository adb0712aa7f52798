// Which descriptors are files below the directory DISK_ROOT: those whose steps are told and failed.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace faults {

struct WatchedFile
{
    std::uint32_t handle; // counts openings, from 1 on
    std::string path;     // below the root, as it was opened
};

class WatchedFiles
{
public:
    WatchedFiles();

    [[nodiscard]] bool is_below_root(char const* path) const;
    // Without the root: "data/grantexd.db", and "" is the root itself.
    [[nodiscard]] std::string_view below_root(char const* path) const;

    WatchedFile const& opened(int descriptor, char const* path);
    void closed(int descriptor);
    // Null: not one of them.
    [[nodiscard]] WatchedFile const* find(int descriptor) const;

private:
    std::string root_;
    std::atomic<std::uint32_t> handles_ = 0;
    // Entries are never freed: another thread may be reading what this one closes.
    std::array<std::atomic<WatchedFile const*>, 4096> files_{};
};

// Of CLOCK_MONOTONIC, which is the clock of process.hrtime() too.
std::uint64_t now();

} // namespace faults
