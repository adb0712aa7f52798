// Webhook endpoints: where a developer wants to be told of events.
#pragma once

#include "server/http/route.hpp"
#include "storage/webhooks.hpp"

#include <boost/describe/class.hpp>

namespace api {

using WebhookEvents = http::List<http::Line<1, 64>, 1, 100>;

struct CreateWebhookBody
{
    http::Line<1, 2048> url;
    WebhookEvents events;
    std::optional<http::Line<16, 256>> secret;
    std::optional<bool> legacySignature;
};
BOOST_DESCRIBE_STRUCT(CreateWebhookBody, (), (url, events, secret, legacySignature))

// At least one member. An empty text counts as absent.
struct UpdateWebhookBody
{
    static constexpr std::int64_t members_min = 1;
    std::optional<http::Line<0, 2048>> url;
    std::optional<WebhookEvents> events;
    std::optional<http::Line<0, 256>> secret;
    std::optional<bool> legacySignature;
};
BOOST_DESCRIBE_STRUCT(UpdateWebhookBody, (), (url, events, secret, legacySignature))

struct RotateWebhookSecretBody
{
    std::optional<http::Integer<0, 86400>> activateAfterSeconds;
};
BOOST_DESCRIBE_STRUCT(RotateWebhookSecretBody, (), (activateAfterSeconds))

struct WebhookView
{
    std::string id;
    std::string url;
    std::vector<std::string> events;
    storage::Timestamp createdAt;
    bool legacySignature = true;
};
BOOST_DESCRIBE_STRUCT(WebhookView, (), (id, url, events, createdAt, legacySignature))

struct WebhookWithSecretView : WebhookView
{
    std::string secret;
};
BOOST_DESCRIBE_STRUCT(WebhookWithSecretView, (WebhookView), (secret))

struct RotatedWebhookView : WebhookWithSecretView
{
    storage::Timestamp secretActiveAt;
};
BOOST_DESCRIBE_STRUCT(RotatedWebhookView, (WebhookWithSecretView), (secretActiveAt))

struct WebhookListView
{
    std::vector<WebhookView> webhooks;
};
BOOST_DESCRIBE_STRUCT(WebhookListView, (), (webhooks))

// The endpoint that the path names; 404 when the caller has no such one.
storage::Webhook find_webhook_of_path(http::Request& request);

http::Created<WebhookWithSecretView>
create_webhook(http::Request& request, CreateWebhookBody const& body);
WebhookListView list_webhooks(http::Request& request);
WebhookView get_webhook(http::Request& request);
WebhookView update_webhook(http::Request& request, UpdateWebhookBody const& body);
http::NoContent delete_webhook(http::Request& request);
RotatedWebhookView
rotate_webhook_secret(http::Request& request, RotateWebhookSecretBody const& body);

} // namespace api
