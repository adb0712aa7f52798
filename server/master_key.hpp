// The master key wraps the keys of the database. It comes from the setting, the systemd credential
// `master-key`, or the file DATA_DIR/master.key, which first start makes. While a database is moved
// to a new one, those of before (GRANTEXD_MASTER_KEYS_OLD) still open what they wrap.
#pragma once

#include "crypto/envelope.hpp"
#include "server/config.hpp"

#include <stdexcept>
#include <vector>

namespace server {

// A key is missing, malformed, readable by others, or does not open what is stored. The text says
// which and what to try.
class KeyError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// Where a wrapped key stands; one that is moved elsewhere does not open.
struct KeyPlace
{
    std::string_view developer_id; // empty: the key is the server's own
    std::string_view row_id;
    std::string_view field;

    static KeyPlace of_signing_key(std::string_view kid) { return {{}, kid, "pkcs8"}; }
    static KeyPlace of_server_key(std::string_view name) { return {{}, name, "key"}; }
    static KeyPlace of_data_key(std::string_view developer_id, std::string_view id)
    {
        return {developer_id, id, "key"};
    }
};

class MasterKeys
{
public:
    MasterKeys() = default;
    // `may_create`: the database holds nothing sealed yet, so a new key loses nothing. Throws
    // KeyError.
    static MasterKeys read(Config const& config, bool may_create);

    [[nodiscard]] std::string const& id() const { return current_.id; } // of the one that wraps
    [[nodiscard]] bool knows(std::string_view id) const;

    // Under the newest.
    [[nodiscard]] std::string wrap(KeyPlace place, std::string_view clear) const;
    // Nothing when it was altered, belongs elsewhere, or an unknown master key wraps it.
    [[nodiscard]] std::optional<crypto::Secret>
    unwrap(KeyPlace place, std::string_view wrapped) const;

    // Whether another master key than the newest wraps it.
    [[nodiscard]] bool is_old(std::string_view wrapped) const;
    // The same key under the newest. Throws KeyError when it does not open.
    [[nodiscard]] std::string rewrap(KeyPlace place, std::string_view wrapped) const;

private:
    [[nodiscard]] crypto::SealingKey const* find(std::string_view id) const;

    crypto::SealingKey current_;
    std::vector<crypto::SealingKey> old_;
};

} // namespace server
