#include "server/usage_of_batch.hpp"

namespace server {

void UsageOfBatch::add(std::optional<Usage> const& used)
{
    if (!used)
        return;
    auto& day = days_[{used->developer_id, used->added.day}];
    day.day = used->added.day;
    day.token_exchanges += used->added.token_exchanges;
    day.authorizations += used->added.authorizations;
    day.verifications += used->added.verifications;
}

std::vector<std::string> UsageOfBatch::write(storage::Database& writer)
{
    std::vector<std::string> damaged;
    auto const days = std::exchange(days_, {});
    // SQLite itself undoes a transaction over some failures: then nothing was used either.
    if (!writer.in_transaction())
        return damaged;
    for (auto const& [key, day] : days)
        if (!storage::update_usage(writer, key.first, day))
            damaged.push_back(key.first);
    return damaged;
}

} // namespace server
