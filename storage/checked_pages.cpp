#include "storage/checked_pages.hpp"

#include "storage/checked_pages_vfs.hpp"
#include "storage/file_header.hpp"
#include "storage/migrate.hpp"

#include <SQLiteCpp/Exception.h>

#include <sqlite3.h>

#include <array>
#include <fstream>

namespace storage {

namespace {

template<class Argument>
void control_file(SQLite::Database& database, int operation, Argument& argument)
{
    auto* const handle = database.getHandle();
    if (sqlite3_file_control(handle, "main", operation, &argument) != SQLITE_OK)
        throw SQLite::Exception(handle);
}

} // namespace

void check_pages_of_databases()
{
    static auto const error = register_checked_pages(newest_schema_version());
    if (error != SQLITE_OK)
        throw SQLite::Exception("page checksums could not be set up", error);
}

void make_room_for_checksums(SQLite::Database& database)
{
    int bytes = page_checksum_bytes;
    control_file(database, SQLITE_FCNTL_RESERVE_BYTES, bytes);
}

bool has_checked_pages(SQLite::Database& database)
{
    auto checksums = Checksums::none;
    control_file(database, get_checksums, checksums);
    return checksums != Checksums::none;
}

void announce_pages_of(SQLite::Database& source, SQLite::Database& copy)
{
    auto checksums = has_checked_pages(source) ? Checksums::checked : Checksums::none;
    control_file(copy, set_checksums, checksums);
}

void ignore_checksums(SQLite::Database& database)
{
    if (!has_checked_pages(database))
        return;
    auto checksums = Checksums::ignored;
    control_file(database, set_checksums, checksums);
}

std::vector<std::int64_t> list_damaged_pages(std::filesystem::path const& file)
{
    std::vector<std::int64_t> damaged;
    std::array<unsigned char, page_bytes> page{};
    std::ifstream stream{file, std::ios::binary};
    for (std::int64_t number = 1; stream; ++number) {
        stream.read(reinterpret_cast<char*>(page.data()), page_bytes);
        if (stream.gcount() == 0 || (number == 1 && !tells_of_checksums(page)))
            break;
        if (!is_intact(page, static_cast<std::uint64_t>(number)))
            damaged.push_back(number);
    }
    return damaged;
}

void add_checksums(Database& database)
{
    if (has_checked_pages(database.connection()))
        return;
    make_room_for_checksums(database.connection());
    database.execute("VACUUM");
    // Those who open the file look at its first page, not at one in the log.
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    if (!has_checked_pages(database.connection()))
        throw SQLite::Exception("the pages of " + database.file().string() + " got no checksums");
}

} // namespace storage
