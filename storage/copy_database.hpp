// A copy of a database, also of one that a server is using: as it was at one commit, made through
// a read-only connection of its own, which never checkpoints (reliability 2.3), in slices.
//
// One read transaction spans the copy: writes that go on meanwhile neither restart it nor show in
// it. Until it ends the write-ahead log cannot start over, so it grows by what is written.
#pragma once

#include "storage/verify_database.hpp"

#include <chrono>
#include <stdexcept>

namespace storage {

struct CopyPace
{
    int pages_per_slice;
    std::chrono::milliseconds pause;
};

// Beside a server: about a millisecond of work, then its turn; at most 200 MB a second.
constexpr CopyPace beside_a_server{256, std::chrono::milliseconds{4}};
// When nobody waits but the person who asked.
constexpr CopyPace at_once{4096, std::chrono::milliseconds{0}};

struct DatabaseCopy
{
    std::vector<TableCount> tables; // as the copied commit has them, counted in the original
    std::int64_t bytes = 0;
};

class CopyStopped : public std::runtime_error
{
public:
    CopyStopped() : std::runtime_error("the copy was stopped") {}
};

// Writes `to`, which must not exist: one file, readable by its owner alone, synced. It blocks, so
// it belongs on a thread of its own wherever something else waits. Throws CopyStopped,
// SQLite::Exception (SQLITE_FULL: no space) and std::system_error; `to` is then in pieces, and the
// caller's to remove.
DatabaseCopy copy_database(
    std::filesystem::path const& from, std::filesystem::path const& to, CopyPace pace,
    std::stop_token const& stop = {}
);

} // namespace storage
