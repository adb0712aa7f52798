#include "storage/checked_pages_vfs.hpp"

#include "storage/file_header.hpp"

#include <boost/endian/conversion.hpp>

#include <sqlite3.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace storage {

namespace {

// sqlite.org/fileformat2.html#the_database_header
constexpr std::size_t header_bytes = 100;
constexpr std::size_t reserved_at = 20;
constexpr std::size_t version_at = 60;
constexpr std::size_t owner_at = 68;

constexpr std::size_t page_bytes_min = 512;
constexpr std::size_t page_bytes_max = 65536;

sqlite3_vfs* system_vfs = nullptr;
int newest_known_version = 0;

int number(Page bytes, std::size_t at)
{
    return boost::endian::load_big_s32(bytes.data() + at);
}

bool has_room(Page header)
{
    return header[reserved_at] == page_checksum_bytes;
}

using Checksum = std::array<unsigned char, page_checksum_bytes>;

Checksum checksum_of(Page page, std::uint64_t number)
{
    auto const content = page.first(page.size() - page_checksum_bytes);
    auto hash = XXH3_64bits_withSeed(content.data(), content.size(), number);
    Checksum checksum{};
    for (auto& byte : checksum) {
        byte = static_cast<unsigned char>(hash);
        hash >>= 8;
    }
    return checksum;
}

} // namespace

bool tells_of_checksums(Page header)
{
    auto const owner = number(header, owner_at);
    if (owner != application_id)
        return owner == 0 && has_room(header); // a new file has no owner yet
    // Either field tells, so that damage to one is found when the first page is read.
    auto const version = number(header, version_at);
    return version <= newest_known_version &&
           (has_room(header) || version >= first_checked_version);
}

bool is_intact(Page page, std::uint64_t number)
{
    return std::ranges::equal(page.last(page_checksum_bytes), checksum_of(page, number));
}

namespace {

// Ours, with that of the layer below behind it in the same memory, as SQLite's layers are.
struct File
{
    sqlite3_file base;
    Checksums checksums;

    static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
    sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* below(sqlite3_file* file)
{
    return File::of(file).below();
}

// SQLite reads and writes whole pages, and the header of the file.
bool is_page(int size, sqlite3_int64 offset)
{
    auto const bytes = static_cast<std::size_t>(size);
    return bytes >= page_bytes_min && bytes <= page_bytes_max && offset % size == 0;
}

std::uint64_t page_number(int size, sqlite3_int64 offset)
{
    return static_cast<std::uint64_t>(offset / size + 1);
}

int read(sqlite3_file* file, void* into, int size, sqlite3_int64 offset)
{
    auto const result = below(file)->pMethods->xRead(below(file), into, size, offset);
    auto const is_short = result == SQLITE_IOERR_SHORT_READ; // the rest became zeros
    auto const is_read = result == SQLITE_OK || is_short;
    if (!is_read || File::of(file).checksums != Checksums::checked || !is_page(size, offset))
        return result;
    Page const page{static_cast<unsigned char const*>(into), static_cast<std::size_t>(size)};
    // Not SQLITE_IOERR_DATA, as cksumvfs has it: an I/O error ends the transaction of all who share
    // it, this only the statement that came upon it.
    return is_intact(page, page_number(size, offset)) ? SQLITE_OK : SQLITE_CORRUPT;
}

int write(sqlite3_file* file, void const* from, int size, sqlite3_int64 offset)
{
    auto& ours = File::of(file);
    auto const bytes = static_cast<std::size_t>(size);
    auto const* const data = static_cast<unsigned char const*>(from);
    if (ours.checksums == Checksums::none && offset == 0 && bytes >= header_bytes &&
        has_room({data, bytes}))
        ours.checksums = Checksums::checked;
    if (ours.checksums == Checksums::none || !is_page(size, offset))
        return below(file)->pMethods->xWrite(below(file), from, size, offset);
    // What SQLite has in memory stays as it is: the log may have to take it over.
    std::array<unsigned char, page_bytes_max> copy; // NOLINT(*-member-init): only what is used
    std::memcpy(copy.data(), data, bytes);
    auto const checksum = checksum_of({data, bytes}, page_number(size, offset));
    std::ranges::copy(checksum, copy.data() + bytes - page_checksum_bytes);
    return below(file)->pMethods->xWrite(below(file), copy.data(), size, offset);
}

int control(sqlite3_file* file, int operation, void* argument)
{
    if (operation == get_checksums)
        *static_cast<Checksums*>(argument) = File::of(file).checksums;
    else if (operation == set_checksums)
        File::of(file).checksums = *static_cast<Checksums*>(argument);
    else
        return below(file)->pMethods->xFileControl(below(file), operation, argument);
    return SQLITE_OK;
}

// A method that does what that of the layer below does.
template<auto method, class Result, class... Arguments>
Result hand_over(sqlite3_file* file, Arguments... arguments)
{
    return (below(file)->pMethods->*method)(below(file), arguments...);
}

// Version 2, without memory maps: what is read from one would pass unseen.
constexpr sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = hand_over<&sqlite3_io_methods::xClose>,
    .xRead = read,
    .xWrite = write,
    .xTruncate = hand_over<&sqlite3_io_methods::xTruncate>,
    .xSync = hand_over<&sqlite3_io_methods::xSync>,
    .xFileSize = hand_over<&sqlite3_io_methods::xFileSize>,
    .xLock = hand_over<&sqlite3_io_methods::xLock>,
    .xUnlock = hand_over<&sqlite3_io_methods::xUnlock>,
    .xCheckReservedLock = hand_over<&sqlite3_io_methods::xCheckReservedLock>,
    .xFileControl = control,
    .xSectorSize = hand_over<&sqlite3_io_methods::xSectorSize>,
    .xDeviceCharacteristics = hand_over<&sqlite3_io_methods::xDeviceCharacteristics>,
    .xShmMap = hand_over<&sqlite3_io_methods::xShmMap>,
    .xShmLock = hand_over<&sqlite3_io_methods::xShmLock>,
    .xShmBarrier = hand_over<&sqlite3_io_methods::xShmBarrier>,
    .xShmUnmap = hand_over<&sqlite3_io_methods::xShmUnmap>,
    .xFetch = nullptr,
    .xUnfetch = nullptr};

// Of the database itself; its logs, and files of other kinds, are those of the layer below.
int open(sqlite3_vfs*, char const* name, sqlite3_file* file, int flags, int* out_flags)
{
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
        return system_vfs->xOpen(system_vfs, name, file, flags, out_flags);
    auto& ours = File::of(file);
    ours.base.pMethods = nullptr; // nothing to close when this fails
    auto const result = system_vfs->xOpen(system_vfs, name, ours.below(), flags, out_flags);
    if (result != SQLITE_OK)
        return result;
    ours.base.pMethods = &methods;
    std::array<unsigned char, header_bytes> header{};
    auto const had_header =
        below(file)->pMethods->xRead(below(file), header.data(), header_bytes, 0) == SQLITE_OK;
    auto const has_checksums = had_header && tells_of_checksums(header);
    ours.checksums = has_checksums ? Checksums::checked : Checksums::none;
    return SQLITE_OK;
}

} // namespace

int register_checked_pages(int newest_version)
{
    static sqlite3_vfs vfs;
    newest_known_version = newest_version;
    system_vfs = sqlite3_vfs_find(nullptr);
    if (system_vfs == nullptr)
        return SQLITE_ERROR;
    vfs = *system_vfs;
    vfs.zName = "checked_pages";
    vfs.szOsFile = static_cast<int>(sizeof(File)) + system_vfs->szOsFile;
    vfs.xOpen = open;
    return sqlite3_vfs_register(&vfs, 1);
}

} // namespace storage
