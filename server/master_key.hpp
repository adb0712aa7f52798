// Where the master key comes from: the setting, the systemd credential `master-key`, or the file
// DATA_DIR/master.key, which first start makes.
#pragma once

#include "crypto/envelope.hpp"
#include "server/config.hpp"

namespace server {

// `may_create`: the database holds nothing sealed yet, so a new key loses nothing. Throws KeyError.
crypto::SealingKey read_master_key(Config const& config, bool may_create);

} // namespace server
