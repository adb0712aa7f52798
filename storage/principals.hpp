// Principals are names that developers choose; what is kept of them is who has been switched off.
#pragma once

#include "storage/database.hpp"

namespace storage {

bool find_deprovisioned_principal(
    Database& db, std::string_view developer_id, std::string_view principal_id
);

// Blocks the principal from now on and ends its sessions. False when it was blocked before; its
// sessions are ended in any case.
bool insert_deprovisioned_principal(
    Database& db, std::string_view developer_id, std::string_view principal_id, Timestamp now
);

// Lifts the block and restores nothing. False when there was none.
bool delete_deprovisioned_principal(
    Database& db, std::string_view developer_id, std::string_view principal_id
);

} // namespace storage
