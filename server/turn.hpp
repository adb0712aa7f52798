// One turn at the database: what a request's handler and a job's work have in common. What a turn
// writes is one change; what it announces is part of that change.
#pragma once

#include "server/app.hpp"

#include <string>
#include <string_view>

namespace server {

struct Turn
{
    App& app;
    storage::Database& db; // writer or reader
    storage::Timestamp now;

    [[nodiscard]] std::string next_id(std::string_view prefix) const
    {
        return app.ids.next(prefix, now);
    }
};

} // namespace server
