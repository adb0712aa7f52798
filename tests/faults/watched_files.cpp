#include "tests/faults/watched_files.hpp"

#include <cstdlib>
#include <ctime>

namespace faults {

WatchedFiles::WatchedFiles()
{
    if (auto const* const root = std::getenv("DISK_ROOT"))
        root_ = root;
}

bool WatchedFiles::is_below_root(char const* path) const
{
    std::string_view const text{path};
    return !root_.empty() && text.starts_with(root_) &&
           (text.size() == root_.size() || text[root_.size()] == '/');
}

std::string_view WatchedFiles::below_root(char const* path) const
{
    std::string_view text{path};
    text.remove_prefix(root_.size());
    while (text.starts_with('/'))
        text.remove_prefix(1);
    return text;
}

WatchedFile const& WatchedFiles::opened(int descriptor, char const* path)
{
    auto const* const file = new WatchedFile{++handles_, std::string{below_root(path)}};
    if (static_cast<std::size_t>(descriptor) >= files_.size())
        std::abort(); // it would go unseen
    files_[static_cast<std::size_t>(descriptor)] = file;
    return *file;
}

void WatchedFiles::closed(int descriptor)
{
    if (find(descriptor) != nullptr)
        files_[static_cast<std::size_t>(descriptor)] = nullptr;
}

WatchedFile const* WatchedFiles::find(int descriptor) const
{
    auto const index = static_cast<std::size_t>(descriptor);
    return descriptor >= 0 && index < files_.size() ? files_[index].load() : nullptr;
}

std::uint64_t now()
{
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(time.tv_nsec);
}

} // namespace faults
