// The two developers of development mode, and the making of developers in general.
#pragma once

#include "crypto/ids.hpp"
#include "server/config.hpp"
#include "storage/developers.hpp"

#include <string>

namespace server {

struct App;

struct NewDeveloper
{
    storage::Developer developer;
    std::string api_key; // the only time it is seen
};

// Inserts a developer with a fresh key and id, or with the given ones.
NewDeveloper make_developer(
    storage::Database& db, crypto::Ids& ids, storage::Timestamp now, Config const& config,
    std::string name, std::optional<std::string> email, std::string mode, std::string key = {},
    std::string id = {}
);

// A key of this mode: gx_live_ or gx_test_ and 43 base64url characters.
std::string make_api_key(std::string_view mode);

struct Seeds
{
    std::string live_key;    // empty: the developer was made by an earlier start
    std::string sandbox_key; // likewise
};

// Makes the live and the sandbox developer of --dev unless they exist. Keys fixed by settings are
// put in place on every start.
Seeds plant_seeds(
    storage::Database& db, crypto::Ids& ids, storage::Timestamp now, Config const& config
);

// The same for a server that is about to start, in a transaction of its own; nothing without --dev.
Seeds plant_seeds(App& app);

} // namespace server
