// Verifications that are counted but not yet in the database. They happen on read routes, which
// must not wait for a disk: the job write_usage moves the counts into the rows of usage_days.
// Belongs to the loop. Holds one entry for each developer and day with something unwritten.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace server {

class VerificationCounts
{
public:
    struct Count
    {
        std::string developer_id;
        std::string day; // YYYY-MM-DD
        std::int64_t added = 0;
    };

    void add(std::string_view developer_id, std::string_view day);

    // What is missing in the number that the database shows of that day. Exact at any time, also
    // while a write is on its way.
    [[nodiscard]] std::int64_t
    missing_in(std::int64_t stored, std::string_view developer_id, std::string_view day) const;

    // All that is to be written now. Each of them is settled before the next call.
    std::vector<Count> begin_write();

    // Within the write's transaction: the number the database will show of that day.
    void note_stored(Count const& count, std::int64_t stored);

    // False: it was not stored, and is to be written again.
    void settle(Count const& count, bool stored);

private:
    struct Entry
    {
        std::int64_t waiting = 0;
        std::int64_t writing = 0;                // handed out by begin_write()
        std::optional<std::int64_t> stored_then; // what the database shows once it is written
    };

    std::map<std::pair<std::string, std::string>, Entry> entries_; // by developer and day
};

} // namespace server
