// The hash of an entry of the audit chain, as it is stored.
#pragma once

#include "storage/audit.hpp"

#include <string>

namespace server {

// Over everything but `hash` itself.
std::string audit_hash(storage::AuditEntry const& entry);

} // namespace server
