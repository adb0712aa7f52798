// Whether the database is whole, for `grantexd doctor`.
#pragma once

#include "server/cli/diagnose.hpp"
#include "server/config.hpp"

#include <optional>

namespace cli {

// Reads all of it, and changes nothing. Nothing when there is none, or a server has it open: its
// nightly backup reads it.
std::optional<Diagnosis> look_at_database(server::Config const& config);

} // namespace cli
