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

void UsageOfBatch::write(storage::Database& writer)
{
    auto const days = std::exchange(days_, {});
    // SQLite itself undoes a transaction over some failures: then nothing was used either.
    if (!writer.in_transaction())
        return;
    for (auto const& [key, day] : days)
        storage::update_usage(writer, key.first, day);
}

} // namespace server
