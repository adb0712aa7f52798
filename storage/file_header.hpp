// What the header of a file of ours says of it (sqlite.org/fileformat2.html#the_database_header).
#pragma once

namespace storage {

// What it says of the size of a page, in bytes.
constexpr int page_bytes = 4096;

// "gxdb": marks the file as ours (PRAGMA application_id).
constexpr int application_id = 0x67786462;

// From this version of the schema (PRAGMA user_version) on each page has a checksum.
constexpr int first_checked_version = 18;

} // namespace storage
