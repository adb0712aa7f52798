#include "server/http/routes.hpp"

#include "server/api/admin.hpp"
#include "server/api/agents.hpp"
#include "server/api/anomalies.hpp"
#include "server/api/anomaly_channels.hpp"
#include "server/api/anomaly_metrics.hpp"
#include "server/api/anomaly_rules.hpp"
#include "server/api/audit.hpp"
#include "server/api/authorize.hpp"
#include "server/api/budgets.hpp"
#include "server/api/consent.hpp"
#include "server/api/consent_page.hpp"
#include "server/api/delegate.hpp"
#include "server/api/deliveries.hpp"
#include "server/api/did.hpp"
#include "server/api/domains.hpp"
#include "server/api/email_confirmation.hpp"
#include "server/api/docs.hpp"
#include "server/api/events.hpp"
#include "server/api/grants.hpp"
#include "server/api/me.hpp"
#include "server/api/metrics.hpp"
#include "server/api/permissions_page.hpp"
#include "server/api/policies.hpp"
#include "server/api/principal.hpp"
#include "server/api/principal_sessions.hpp"
#include "server/api/system.hpp"
#include "server/api/token.hpp"
#include "server/api/tokens.hpp"
#include "server/api/webhooks.hpp"
#include "server/api/usage.hpp"

namespace http {

namespace {

using namespace api;

// A line an operation. Paths without parameters stand before those with, so that they win.
// clang-format off
constexpr Route table[] = {
    //verb        path                                        caller           limit                    tx          summary                                        handler
    {verb::get,     "/health",                                Auth::none,      Limit::standard,         Tx::read,   "Whether the server is well",                  on<get_health>},
    {verb::get,     "/metrics",                               Auth::metrics,   Limit::public_read,      Tx::read,   "Numbers of the server, for Prometheus",       on<get_metrics>},
    {verb::get,     "/.well-known/jwks.json",                 Auth::none,      Limit::exempt,           Tx::none,   "Public keys that verify grant tokens",        on<get_jwks>},
    {verb::get,     "/.well-known/did.json",                  Auth::none,      Limit::standard,         Tx::none,   "DID document of the server",                  on<get_did_document>},
    {verb::get,     "/openapi.json",                          Auth::none,      Limit::standard,         Tx::none,   "This API as an OpenAPI document",             on<get_openapi>},
    {verb::get,     "/docs",                                  Auth::none,      Limit::standard,         Tx::none,   "The same as a page",                          on<get_docs>},
    {verb::get,     "/assets/{version}/{name}",               Auth::none,      Limit::standard,         Tx::none,   "Style sheet, script and icons of the pages",  on<get_asset>},

    {verb::post,    "/v1/signup",                             Auth::none,      Limit::signup,           Tx::write,  "Create a developer account",                  on<signup>},
    {verb::post,    "/v1/signup/verify",                      Auth::developer, Limit::standard,         Tx::write,  "Mail a link that confirms an address",        on<send_signup_verification>},
    {verb::get,     "/v1/signup/verify/{token}",              Auth::none,      Limit::signup,           Tx::write,  "Confirm an address",                          on<confirm_signup_verification>},
    {verb::get,     "/v1/me",                                 Auth::developer, Limit::standard,         Tx::read,   "Profile of the caller",                       on<get_me>},
    {verb::patch,   "/v1/me",                                 Auth::developer, Limit::standard,         Tx::write,  "Update the caller's settings",                on<update_me>},
    {verb::post,    "/v1/me/rotate-key",                      Auth::developer, Limit::rotate_key,       Tx::write,  "Replace the API key (older path)",            on<rotate_key_alias>},
    {verb::post,    "/v1/keys/rotate",                        Auth::developer, Limit::rotate_key,       Tx::write,  "Replace the API key",                         on<rotate_key>},

    {verb::post,    "/v1/agents",                             Auth::developer, Limit::standard,         Tx::write,  "Register an agent",                           on<create_agent>},
    {verb::get,     "/v1/agents",                             Auth::developer, Limit::standard,         Tx::read,   "List agents",                                 on<list_agents>},
    {verb::get,     "/v1/agents/{agentId}",                   Auth::developer, Limit::standard,         Tx::read,   "Get an agent",                                on<get_agent>},
    {verb::patch,   "/v1/agents/{agentId}",                   Auth::developer, Limit::standard,         Tx::write,  "Update an agent",                             on<update_agent>},
    {verb::post,    "/v1/agents/{agentId}",                   Auth::developer, Limit::standard,         Tx::write,  "Update an agent (Python SDK verb)",           on<update_agent_via_post>},
    {verb::delete_, "/v1/agents/{agentId}",                   Auth::developer, Limit::standard,         Tx::revoke, "Delete an agent and revoke its grants",       on<delete_agent>},

    {verb::get,     "/v1/did/{did}",                          Auth::none,      Limit::did,              Tx::read,   "Identity document of an agent",               on<resolve_agent_did>},

    {verb::post,    "/v1/authorize",                          Auth::developer, Limit::authorize,        Tx::write,  "Ask a person for scopes",                     on<create_authorization>},
    {verb::post,    "/v1/authorize/{authRequestId}/approve",  Auth::developer, Limit::standard,         Tx::write,  "Approve a sandbox request",                   on<approve_authorization>},
    {verb::post,    "/v1/authorize/{authRequestId}/deny",     Auth::developer, Limit::standard,         Tx::write,  "Deny a sandbox request",                      on<deny_authorization>},

    {verb::get,     "/consent",                               Auth::none,      Limit::consent_read,     Tx::read,   "The consent page",                            on<get_consent_page>},
    {verb::post,    "/consent",                               Auth::none,      Limit::consent_decision, Tx::write,  "The consent page's form",                     on<submit_consent_page>},
    {verb::get,     "/v1/consent/{authRequestId}",            Auth::none,      Limit::consent_read,     Tx::read,   "What the consent page shows",                 on<get_consent_request>},
    {verb::post,    "/v1/consent/{authRequestId}/approve",    Auth::none,      Limit::consent_decision, Tx::write,  "Allow",                                       on<approve_consent>},
    {verb::post,    "/v1/consent/{authRequestId}/deny",       Auth::none,      Limit::consent_decision, Tx::write,  "Do not allow",                                on<deny_consent>},

    {verb::post,    "/v1/token",                              Auth::developer, Limit::token,            Tx::issue,  "Exchange a code for a grant token",           on<exchange_token>},
    {verb::post,    "/v1/token/refresh",                      Auth::developer, Limit::refresh,          Tx::issue,  "Rotate a refresh token",                      on<refresh_token>},
    {verb::post,    "/v1/tokens/verify",                      Auth::developer, Limit::standard,         Tx::read,   "Verify a grant token online",                 on<verify_token>},
    {verb::post,    "/v1/tokens/revoke",                      Auth::developer, Limit::standard,         Tx::revoke, "Revoke one grant token",                      on<revoke_token>},

    {verb::get,     "/v1/grants",                             Auth::developer, Limit::standard,         Tx::read,   "List grants",                                 on<list_grants>},
    {verb::post,    "/v1/grants/verify",                      Auth::developer, Limit::standard,         Tx::read,   "Verify a grant token with its reason",        on<verify_grant>},
    {verb::post,    "/v1/grants/delegate",                    Auth::developer, Limit::standard,         Tx::issue,  "Delegate to a sub-agent",                     on<delegate_grant>},
    {verb::get,     "/v1/grants/{grantId}",                   Auth::developer, Limit::standard,         Tx::read,   "Get one grant",                               on<get_grant>},
    {verb::delete_, "/v1/grants/{grantId}",                   Auth::developer, Limit::standard,         Tx::revoke, "Revoke a grant and its descendants",          on<revoke_grant>},

    {verb::post,    "/v1/principal-sessions",                 Auth::developer, Limit::principal_session, Tx::issue,  "Open a session for a principal",             on<create_principal_session>},
    {verb::get,     "/v1/principal/grants",                   Auth::principal, Limit::standard,         Tx::read,   "What the person allowed",                     on<list_principal_grants>},
    {verb::delete_, "/v1/principal/grants/{grantId}",         Auth::principal, Limit::standard,         Tx::revoke, "The person revokes a grant",                  on<revoke_principal_grant>},
    {verb::get,     "/v1/principal/audit",                    Auth::principal, Limit::standard,         Tx::read,   "What was done in the person's name",          on<list_principal_audit>},

    {verb::get,     "/permissions",                           Auth::none,      Limit::consent_read,     Tx::none,   "The permissions page",                        on<get_permissions_page>},
    {verb::post,    "/permissions",                           Auth::none,      Limit::consent_decision, Tx::revoke, "The permissions page's form",                 on<submit_permissions_page>},
    {verb::get,     "/dashboard/principal",                   Auth::none,      Limit::consent_read,     Tx::none,   "The permissions page (older address)",        on<get_principal_dashboard>},

    {verb::post,    "/v1/policies",                           Auth::developer, Limit::write,            Tx::write,  "Create a policy",                             on<create_policy>},
    {verb::get,     "/v1/policies",                           Auth::developer, Limit::standard,         Tx::read,   "List policies",                               on<list_policies>},
    {verb::get,     "/v1/policies/{id}",                      Auth::developer, Limit::standard,         Tx::read,   "Get a policy",                                on<get_policy>},
    {verb::patch,   "/v1/policies/{id}",                      Auth::developer, Limit::write,            Tx::write,  "Update a policy",                             on<update_policy>},
    {verb::delete_, "/v1/policies/{id}",                      Auth::developer, Limit::write,            Tx::write,  "Delete a policy",                             on<delete_policy>},

    {verb::post,    "/v1/budget/allocate",                    Auth::developer, Limit::write,            Tx::write,  "Give a grant a budget",                       on<allocate_budget>},
    {verb::post,    "/v1/budget/debit",                       Auth::developer, Limit::standard,         Tx::write,  "Spend from a grant's budget",                 on<debit_budget>},
    {verb::get,     "/v1/budget/balance/{grantId}",           Auth::developer, Limit::standard,         Tx::read,   "What a grant has left",                       on<get_budget_balance>},
    {verb::get,     "/v1/budget/allocations",                 Auth::developer, Limit::standard,         Tx::read,   "List budgets",                                on<list_budget_allocations>},
    {verb::get,     "/v1/budget/transactions/{grantId}",      Auth::developer, Limit::standard,         Tx::read,   "What a grant has spent",                      on<list_budget_transactions>},
    {verb::post,    "/v1/anomalies/detect",                   Auth::developer, Limit::write,            Tx::write,  "Run anomaly detection now",                   on<detect_anomalies>},
    {verb::get,     "/v1/anomalies",                          Auth::developer, Limit::standard,         Tx::read,   "List anomalies",                              on<list_anomalies>},
    {verb::patch,   "/v1/anomalies/{id}/acknowledge",         Auth::developer, Limit::standard,         Tx::write,  "Acknowledge an anomaly",                      on<acknowledge_anomaly>},
    {verb::post,    "/v1/anomalies/{id}/acknowledge",         Auth::developer, Limit::standard,         Tx::write,  "Acknowledge an anomaly (Go SDK verb)",        on<acknowledge_anomaly_post>},

    {verb::get,     "/v1/anomaly/alerts",                     Auth::developer, Limit::standard,         Tx::read,   "List alerts",                                 on<list_alerts>},
    {verb::get,     "/v1/anomaly/alerts/{alertId}",           Auth::developer, Limit::standard,         Tx::read,   "Get an alert",                                on<get_alert>},
    {verb::post,    "/v1/anomaly/alerts/{alertId}/acknowledge", Auth::developer, Limit::standard,       Tx::write,  "Acknowledge an alert",                        on<acknowledge_alert>},
    {verb::post,    "/v1/anomaly/alerts/{alertId}/resolve",   Auth::developer, Limit::standard,         Tx::write,  "Resolve an alert",                            on<resolve_alert>},
    {verb::get,     "/v1/anomaly/metrics",                    Auth::developer, Limit::standard,         Tx::read,   "Alert counts in a stretch of time",           on<get_anomaly_metrics>},
    {verb::post,    "/v1/anomaly/rules",                      Auth::developer, Limit::write,            Tx::write,  "Create a custom rule",                        on<create_anomaly_rule>},
    {verb::get,     "/v1/anomaly/rules",                      Auth::developer, Limit::standard,         Tx::read,   "List built-in and custom rules",              on<list_anomaly_rules>},
    {verb::patch,   "/v1/anomaly/rules/{ruleId}",             Auth::developer, Limit::standard,         Tx::write,  "Switch a rule on or off",                     on<update_anomaly_rule>},
    {verb::delete_, "/v1/anomaly/rules/{ruleId}",             Auth::developer, Limit::standard,         Tx::write,  "Delete a custom rule",                        on<delete_anomaly_rule>},
    {verb::post,    "/v1/anomaly/channels",                   Auth::developer, Limit::write,            Tx::write,  "Create a notification channel",               on<create_anomaly_channel>},
    {verb::get,     "/v1/anomaly/channels",                   Auth::developer, Limit::standard,         Tx::read,   "List notification channels",                  on<list_anomaly_channels>},
    {verb::delete_, "/v1/anomaly/channels/{channelId}",       Auth::developer, Limit::standard,         Tx::write,  "Delete a notification channel",               on<delete_anomaly_channel>},

    {verb::post,    "/v1/audit/log",                          Auth::developer, Limit::audit_log,        Tx::write,  "Append to the audit log",                     on<log_audit>},
    {verb::get,     "/v1/audit/entries",                      Auth::developer, Limit::standard,         Tx::read,   "List audit entries",                          on<list_audit>},
    {verb::get,     "/v1/audit/{entryId}",                    Auth::developer, Limit::standard,         Tx::read,   "Get one audit entry",                         on<get_audit>},

    {verb::post,    "/v1/webhooks",                           Auth::developer, Limit::write,            Tx::write,  "Register a webhook endpoint",                 on<create_webhook>},
    {verb::get,     "/v1/webhooks",                           Auth::developer, Limit::standard,         Tx::read,   "List webhook endpoints",                      on<list_webhooks>},
    {verb::get,     "/v1/webhooks/{id}",                      Auth::developer, Limit::standard,         Tx::read,   "Get a webhook endpoint",                      on<get_webhook>},
    {verb::patch,   "/v1/webhooks/{id}",                      Auth::developer, Limit::write,            Tx::write,  "Update a webhook endpoint",                   on<update_webhook>},
    {verb::delete_, "/v1/webhooks/{id}",                      Auth::developer, Limit::write,            Tx::write,  "Delete a webhook endpoint with its log",      on<delete_webhook>},
    {verb::post,    "/v1/webhooks/{id}/rotate-secret",        Auth::developer, Limit::slow,             Tx::write,  "Replace the secret of a webhook endpoint",    on<rotate_webhook_secret>},
    {verb::get,     "/v1/webhooks/{id}/deliveries",           Auth::developer, Limit::standard,         Tx::read,   "List what was or is to be delivered",         on<list_webhook_deliveries>},
    {verb::post,    "/v1/webhooks/{id}/deliveries/{deliveryId}/redeliver", Auth::developer, Limit::write, Tx::write,  "Send a finished delivery again",            on<redeliver_webhook>},

    {verb::get,     "/v1/events/stream",                      Auth::developer, Limit::standard,         Tx::read,   "Events as they happen (server-sent events)",  on<stream_events>},
    {verb::get,     "/v1/events/ws",                          Auth::developer, Limit::standard,         Tx::read,   "Events as they happen (WebSocket)",           on<stream_events_web_socket>},
    {verb::get,     "/v1/usage",                              Auth::developer, Limit::standard,         Tx::read,   "What was used today",                         on<get_usage>},
    {verb::get,     "/v1/usage/history",                      Auth::developer, Limit::standard,         Tx::read,   "What was used on which day",                  on<get_usage_history>},

    {verb::post,    "/v1/domains",                            Auth::developer, Limit::write,            Tx::write,  "Claim a domain",                              on<create_domain>},
    {verb::get,     "/v1/domains",                            Auth::developer, Limit::standard,         Tx::read,   "List domains",                                on<list_domains>},
    {verb::delete_, "/v1/domains/{id}",                       Auth::developer, Limit::write,            Tx::write,  "Remove a domain",                             on<delete_domain>},
    {verb::post,    "/v1/domains/{id}/verify",                Auth::developer, Limit::slow,             Tx::read,   "Look for the DNS record that proves a domain", on<verify_domain>},

    {verb::get,     "/v1/admin/stats",                        Auth::operator_, Limit::admin,            Tx::read,   "Counts over all developers",                  on<admin_stats>},
    {verb::get,     "/v1/admin/developers",                   Auth::operator_, Limit::admin,            Tx::read,   "List developers",                             on<admin_list_developers>},
    {verb::patch,   "/v1/admin/developers/{developerId}/plan", Auth::operator_, Limit::admin,           Tx::write,  "Set a developer's plan",                      on<admin_set_plan>},
};
// clang-format on

} // namespace

std::span<Route const> routes()
{
    return table;
}

} // namespace http
