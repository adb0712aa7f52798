// What the writes of one batch add to the usage of their developers: written once a batch, in its
// transaction, so that a busy developer's row is not changed for each of them. Belongs to the loop.
#pragma once

#include "storage/usage.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace server {

struct Usage
{
    std::string developer_id;
    storage::UsageDay added;
};

class UsageOfBatch
{
public:
    // Of a write that stays in the batch.
    void add(std::optional<Usage> const& used);

    // Within the transaction, after its last write; begins anew. Gives the developers whose row is
    // damaged and takes nothing. Throws SQLite::Exception, which must undo the batch.
    std::vector<std::string> write(storage::Database& writer);

private:
    std::map<std::pair<std::string, std::string>, storage::UsageDay> days_; // by developer and day
};

} // namespace server
