#include "server/webhook_secret.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"

namespace server {

namespace {

constexpr std::string_view purpose = "webhook";

} // namespace

std::string make_webhook_secret()
{
    crypto::Digest bytes{};
    crypto::fill_random(bytes);
    return "whsec_" + crypto::hex(bytes);
}

std::string seal_webhook_secret(
    App& app, storage::Database& db, std::string_view developer_id, std::string_view webhook_id,
    std::string_view column, std::string_view secret
)
{
    return app.keys.seal(
        db, app.ids, app.clock.now(), purpose, developer_id, webhook_id, column, secret
    );
}

void promote_next_secret(App& app, storage::Database& db, storage::Webhook& webhook)
{
    auto const secret = app.keys.open_sealed(
        db, purpose, webhook.developer_id, webhook.id, "next_secret",
        webhook.sealed_next_secret.value_or("")
    );
    if (secret) // one that does not open never signs again, whatever column it is in
        webhook.sealed_secret = seal_webhook_secret(
            app, db, webhook.developer_id, webhook.id, "secret", secret->view()
        );
    webhook.sealed_next_secret.reset();
    webhook.next_secret_at.reset();
}

std::optional<crypto::Secret>
open_webhook_secret(App& app, storage::Outgoing const& outgoing, storage::Timestamp now)
{
    auto const next = outgoing.next_secret_at && *outgoing.next_secret_at <= now;
    return app.keys.open_sealed(
        app.reader, purpose, outgoing.developer_id, outgoing.webhook_id,
        next ? "next_secret" : "secret",
        next ? outgoing.sealed_next_secret.value_or("") : outgoing.sealed_secret
    );
}

} // namespace server
