// Why copying a database did not work, in words, with what to try.
#pragma once

#include <exception>
#include <filesystem>
#include <string>

namespace backup {

// `what`: "the backup"; `directory`: where it was to be; `bytes`: about what it needs.
std::string describe_failure(
    std::exception const& error, std::string const& what, std::filesystem::path const& directory,
    std::uintmax_t bytes
);

} // namespace backup
