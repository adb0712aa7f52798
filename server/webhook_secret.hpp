// The secrets that sign webhooks: made, sealed in the endpoint's row, and opened to sign.
#pragma once

#include "server/app.hpp"
#include "storage/deliveries.hpp"
#include "storage/webhooks.hpp"

#include <optional>
#include <string>

namespace server {

// "whsec_" and 64 hexadecimal digits of 32 random bytes.
std::string make_webhook_secret();

// Of the endpoint's column: "secret" or "next_secret".
std::string seal_webhook_secret(
    App& app, storage::Database& db, std::string_view developer_id, std::string_view webhook_id,
    std::string_view column, std::string_view secret
);

// The next secret becomes the secret, in the row as it is given; the caller stores it.
void promote_next_secret(App& app, storage::Database& db, storage::Webhook& webhook);

// The secret that signs at this time. Nothing when it does not open.
std::optional<crypto::Secret>
open_webhook_secret(App& app, storage::Outgoing const& outgoing, storage::Timestamp now);

} // namespace server
