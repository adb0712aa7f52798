#include "server/verification_counts.hpp"

namespace server {

void VerificationCounts::add(std::string_view developer_id, std::string_view day)
{
    ++entries_[{std::string{developer_id}, std::string{day}}].waiting;
}

// A commit is visible to the reader before the loop hears of it, so the number that is read tells
// whether what is being written is in it. Only that write changes the number.
std::int64_t VerificationCounts::missing_in(
    std::int64_t stored, std::string_view developer_id, std::string_view day
) const
{
    auto const found = entries_.find({std::string{developer_id}, std::string{day}});
    if (found == entries_.end())
        return 0;
    auto const& entry = found->second;
    auto const written = entry.stored_then && stored >= *entry.stored_then;
    return entry.waiting + (written ? 0 : entry.writing);
}

std::vector<VerificationCounts::Count> VerificationCounts::begin_write()
{
    std::vector<Count> counts;
    for (auto& [key, entry] : entries_) {
        entry.writing = std::exchange(entry.waiting, 0);
        counts.push_back({key.first, key.second, entry.writing});
    }
    return counts;
}

void VerificationCounts::note_stored(Count const& count, std::int64_t stored)
{
    entries_.at({count.developer_id, count.day}).stored_then = stored;
}

void VerificationCounts::settle(Count const& count, bool stored)
{
    auto const found = entries_.find({count.developer_id, count.day});
    auto& entry = found->second;
    entry.waiting += stored ? 0 : entry.writing;
    entry.writing = 0;
    entry.stored_then.reset();
    if (entry.waiting == 0)
        entries_.erase(found);
}

} // namespace server
