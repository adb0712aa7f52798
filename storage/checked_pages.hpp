// A checksum in every page of the database file, so that what a disk, a cable or memory has changed
// is never taken for what was stored: a page that is not as it was written is SQLITE_CORRUPT to
// whoever reads it. A layer between SQLite and its files (sqlite.org/vfs.html), as SQLite's own
// cksumvfs.
//
// The last 8 bytes of a page, which SQLite leaves alone, hold the XXH3 of the others, seeded with
// the number of the page: one that was written to a wrong place is noticed too. No page that is
// read was never written: with secure_delete SQLite leaves none out. The write-ahead log has
// checksums of SQLite's own.
//
// Files without room for it, of other programs and of versions before this, are as they are. SQLite
// itself reads all of them; what it writes without this layer is damage to it.
#pragma once

#include "storage/database.hpp"

namespace storage {

// For every database that this process opens from now on. Cheap after the first call.
void check_pages_of_databases();

// A file that is still empty gets room for checksums. To be called before anything is written.
void make_room_for_checksums(SQLite::Database& database);

[[nodiscard]] bool has_checked_pages(SQLite::Database& database);

// `copy`, still empty, will receive the pages of `source` as they are. (Its first page, which tells
// of the checksums, may be written last.)
void announce_pages_of(SQLite::Database& source, SQLite::Database& copy);

// Takes the pages as they are from now on. What is written still gets its checksum.
void ignore_checksums(SQLite::Database& database);

// The numbers of the pages, counted from 1, that are not as they were written; none in a file
// without checksums. Nobody may have the database open, and its log must have been taken in.
std::vector<std::int64_t> list_damaged_pages(std::filesystem::path const& file);

// Writes a file of a version before this anew, with checksums; nothing to do for another. All of
// it or nothing; in between it takes twice the space.
void add_checksums(Database& database);

} // namespace storage
