// The write-ahead log that a killed process left, looked at before SQLite takes it in. A recovery
// reads it up to the first frame whose checksum is wrong and silently drops the rest. That is right
// for what a crash has torn: one transaction, since each is on disk before the next is written.
// When more stand behind that frame, they were answered, and something else has damaged the file.
#pragma once

#include <cstdint>
#include <filesystem>

namespace storage {

// How many transactions a recovery of this log would drop although they were complete. 0 when there
// is no log.
std::int64_t count_dropped_transactions(std::filesystem::path const& log);

// Those of them in the log of this database that no crash has torn: it can be blamed for one.
std::int64_t count_lost_transactions(std::filesystem::path const& database);

// Throws FileRefused when the log of this database is damaged. Nothing is changed.
void refuse_damaged_log(std::filesystem::path const& database);

} // namespace storage
