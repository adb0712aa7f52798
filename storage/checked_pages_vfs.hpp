// The layer of storage/checked_pages as SQLite sees it. Needs nothing but SQLite, so that its
// command line program can load it too.
#pragma once

#include <cstdint>
#include <span>

namespace storage {

constexpr int page_checksum_bytes = 8;

using Page = std::span<unsigned char const>;

// By its header, or its first page: the file is ours and has checksums.
bool tells_of_checksums(Page header);

// The page with this number, counted from 1, has the checksum that it was written with.
bool is_intact(Page page, std::uint64_t number);

// What is done with the checksums of a file. Where they are ignored, what is written still gets
// one.
enum class Checksums : int
{
    none,
    ignored,
    checked,
};

// Operations of sqlite3_file_control() on a database file, each with a pointer to Checksums.
constexpr int get_checksums = 0x67786463;
constexpr int set_checksums = 0x67786464;

// Puts the layer over the file system that is the default, and makes it the default. Files of ours
// of a newer version of the schema than this are not judged. Returns an error code of SQLite.
int register_checked_pages(int newest_version);

} // namespace storage
