// Lets the command line program of SQLite write files of ours as the server does: what it writes
// without the checksums of storage/checked_pages is damage.
//
//   sqlite3 -cmd '.load ./libchecked_pages' -cmd '.open grantexd.db' :memory: 'UPDATE ...'
#include "storage/checked_pages_vfs.hpp"

#include <sqlite3.h>

#include <limits>

extern "C" int sqlite3_checkedpages_init(sqlite3*, char**, void const*)
{
    auto const result = storage::register_checked_pages(std::numeric_limits<int>::max());
    return result == SQLITE_OK ? SQLITE_OK_LOAD_PERMANENTLY : result;
}
