#include "server/api/webhooks.hpp"

#include "server/api/quotas.hpp"
#include "server/rules/event_types.hpp"
#include "server/webhook_secret.hpp"

#include <algorithm>

namespace api {

namespace {

constexpr std::size_t secret_characters_min = 16;

template<class View> void fill(View& view, storage::Webhook const& webhook)
{
    view.id = webhook.id;
    view.url = webhook.url;
    view.events = webhook.events;
    view.createdAt = webhook.created_at;
    view.legacySignature = webhook.legacy_signature;
}

WebhookView view(storage::Webhook const& webhook)
{
    WebhookView shown;
    fill(shown, webhook);
    return shown;
}

void check_url(http::Request const& request, std::string_view url)
{
    if (auto const fault = rules::outbound_url_fault(url, request.app.config.outbound_policy))
        throw http::bad_request("url " + *fault);
}

// In the order given, each once.
std::vector<std::string> checked_events(WebhookEvents const& given)
{
    std::vector<std::string> events;
    for (auto const& type : given) {
        if (!rules::is_event_type(type))
            throw http::bad_request("events: there is no event type \"" + type + "\"");
        if (std::ranges::find(events, type) == events.end())
            events.push_back(type);
    }
    return events;
}

void check_secret(std::string_view secret)
{
    auto const visible = [](char c) { return c > ' ' && c < '\x7f'; };
    if (secret.size() < secret_characters_min || !std::ranges::all_of(secret, visible))
        throw http::bad_request("secret must have 16 to 256 visible ASCII characters");
}

std::string seal(
    http::Request& request, storage::Webhook const& webhook, std::string_view column,
    std::string_view secret
)
{
    return server::seal_webhook_secret(
        request.app, request.db, webhook.developer_id, webhook.id, column, secret
    );
}

// From now on this secret alone signs.
void set_secret(http::Request& request, storage::Webhook& webhook, std::string_view secret)
{
    webhook.sealed_secret = seal(request, webhook, "secret", secret);
    webhook.sealed_next_secret.reset();
    webhook.next_secret_at.reset();
}

std::optional<std::string> non_empty(auto const& given)
{
    return given && !given->empty() ? std::optional<std::string>{*given} : std::nullopt;
}

} // namespace

storage::Webhook find_webhook_of_path(http::Request& request)
{
    auto webhook = storage::find_webhook(request.db, request.caller().id, request.path("id"));
    if (!webhook)
        throw http::not_found("Webhook");
    return std::move(*webhook);
}

http::Created<WebhookWithSecretView>
create_webhook(http::Request& request, CreateWebhookBody const& body)
{
    check_url(request, body.url);
    storage::Webhook webhook;
    webhook.events = checked_events(body.events);
    auto const secret = body.secret ? std::string{*body.secret} : server::make_webhook_secret();
    check_secret(secret);
    check_webhook_quota(request);
    webhook.id = request.next_id("wh");
    webhook.developer_id = request.caller().id;
    webhook.url = body.url;
    webhook.legacy_signature = body.legacySignature.value_or(true);
    webhook.created_at = request.now;
    set_secret(request, webhook, secret);
    storage::insert_webhook(request.db, webhook);
    WebhookWithSecretView shown;
    fill(shown, webhook);
    shown.secret = secret;
    return {shown};
}

WebhookListView list_webhooks(http::Request& request)
{
    WebhookListView list;
    for (auto const& webhook : storage::list_webhooks(request.db, request.caller().id))
        list.webhooks.push_back(view(webhook));
    return list;
}

WebhookView get_webhook(http::Request& request)
{
    return view(find_webhook_of_path(request));
}

WebhookView update_webhook(http::Request& request, UpdateWebhookBody const& body)
{
    auto webhook = find_webhook_of_path(request);
    auto const url = non_empty(body.url);
    auto const secret = non_empty(body.secret);
    if (!url && !body.events && !secret && !body.legacySignature)
        throw http::bad_request("Send at least one of url, events, secret and legacySignature");
    if (url) {
        check_url(request, *url);
        webhook.url = *url;
    }
    if (body.events)
        webhook.events = checked_events(*body.events);
    if (secret) {
        check_secret(*secret);
        set_secret(request, webhook, *secret);
    }
    webhook.legacy_signature = body.legacySignature.value_or(webhook.legacy_signature);
    storage::update_webhook(request.db, webhook);
    return view(webhook);
}

// With its log; what is still to be delivered goes too.
http::NoContent delete_webhook(http::Request& request)
{
    if (!storage::delete_webhook(request.db, request.caller().id, request.path("id")))
        throw http::not_found("Webhook");
    return {};
}

RotatedWebhookView
rotate_webhook_secret(http::Request& request, RotateWebhookSecretBody const& body)
{
    auto webhook = find_webhook_of_path(request);
    std::chrono::seconds const wait{
        body.activateAfterSeconds ? body.activateAfterSeconds->value : 0};
    auto const secret = server::make_webhook_secret();
    // A rotation whose time has come is over before the next begins.
    if (webhook.next_secret_at && *webhook.next_secret_at <= request.now)
        server::promote_next_secret(request.app, request.db, webhook);
    if (wait.count() == 0) {
        set_secret(request, webhook, secret);
    } else {
        webhook.sealed_next_secret = seal(request, webhook, "next_secret", secret);
        webhook.next_secret_at = request.now + wait;
    }
    storage::update_webhook(request.db, webhook);
    RotatedWebhookView shown;
    fill(shown, webhook);
    shown.secret = secret;
    shown.secretActiveAt = request.now + wait;
    return shown;
}

} // namespace api
