// Rows for the benchmark of growth, written through the storage layer into the file of a server
// that is not running.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace bench {

// Adds so many each of agreed requests, grants, tokens, refresh tokens, events and audit entries to
// the developer, as if they had come evenly over the last days.
void fill(std::filesystem::path const& file, std::string const& developer_id, std::int64_t count);

} // namespace bench
