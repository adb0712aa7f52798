// Files that survive a crash: written, synced, then given their name, and the name synced too.
// Never use these on a database that is open: closing any descriptor of a file drops every lock
// that this process has on it (POSIX).
#pragma once

#include <filesystem>

namespace storage {

// Throw std::system_error, which names the file.

// Waits until the content is on disk.
void sync_file(std::filesystem::path const& file);

// A new file or a new name is durable only when its directory is.
void sync_directory(std::filesystem::path const& directory);

// Makes an empty file that nobody else can read, from its first byte on. False: it was there.
bool create_private_file(std::filesystem::path const& file);

// Makes a directory that nobody else can read, and what is missing above it. False: it was there.
bool create_private_directory(std::filesystem::path const& directory);

// Syncs the content, then gives the file its name, replacing what has it. After a crash the name
// stands for the one or the other, whole.
void rename_durably(std::filesystem::path const& from, std::filesystem::path const& to);

// The file with this added to its name: with_suffix("a.db", "-wal") is "a.db-wal".
std::filesystem::path with_suffix(std::filesystem::path const& file, char const* suffix);

// Removes a database that nobody has open, with what SQLite keeps beside it.
void remove_database(std::filesystem::path const& file);

// Removes the empty log that a read-only connection leaves behind. Nobody may have the database
// open. A log that holds something stays.
void remove_empty_log(std::filesystem::path const& database);

} // namespace storage
