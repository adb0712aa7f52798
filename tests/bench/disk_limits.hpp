// What the disk and SQLite alone can do, for the benchmark to be compared with.
#pragma once

#include <chrono>
#include <filesystem>

namespace bench {

// The median time until 4 kB that were appended to a file are on the disk.
std::chrono::nanoseconds
measure_fdatasync(std::filesystem::path const& folder, std::chrono::milliseconds duration);

// Rows a second that SQLite makes durable, with so many in each commit: a table with time-ordered
// text keys and 200 bytes a row.
double measure_commits(
    std::filesystem::path const& folder, int rows_of_commit, std::chrono::milliseconds duration
);

} // namespace bench
