// SHA-256 of files, and the line in FILE.sha256 that `sha256sum -c` reads.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace backup {

// Hex. Reads the file in pieces. Throws std::system_error.
std::string sha256_of(std::filesystem::path const& file);

// Copies the file to a new one that only its owner can read; the SHA-256 of what was copied, in
// hex. Throws std::system_error.
std::string copy_and_hash(std::filesystem::path const& from, std::filesystem::path const& to);

std::filesystem::path checksum_file(std::filesystem::path const& file); // FILE.sha256

// Writes `target`.sha256 for a file that is about to get the name `target`.
void write_checksum(std::filesystem::path const& target, std::string const& sha256);

// What FILE.sha256 says; nothing when there is none. An empty text when it says nothing usable.
std::optional<std::string> read_checksum(std::filesystem::path const& file);

} // namespace backup
