#include "server/http/operations.hpp"

#include <algorithm>
#include <stdexcept>

namespace http {

namespace {

using GrantStatus = OneOf<"active", "revoked", "expired">;
using DeliveryStatus = OneOf<"pending", "delivered", "failed">;
using AuditStatus = OneOf<"success", "failure", "blocked">;
using AlertStatus = OneOf<"open", "acknowledged", "resolved">;
using Severity = OneOf<"critical", "high", "medium", "low">;
using MetricsWindow = OneOf<"1h", "6h", "24h", "7d", "30d">;

constexpr auto page = query<Integer<1, 1'000'000'000>>("page", "1 is the first");

template<std::int64_t Max>
constexpr auto page_size = query<Integer<1, Max>>("pageSize", "the largest one when not given");

constexpr auto alert_limit = query<Integer<1, 1000>>("limit", "as many at most");

constexpr auto csrf = header<Text<0, 128>>("X-CSRF-Token", "of the page, with its cookie");

// Refusals that several operations share.
constexpr auto unknown = refused<not_found>("unknown, foreign or deleted");
constexpr auto ended = refused<not_found_or_revoked>("unknown, foreign or not active any more");
constexpr auto quota = refused<quota_exceeded>("the quota of the caller's plan is used up");
constexpr auto denied = refused<policy_denied>("a policy denies it now");
constexpr auto signup_shut = refused<signup_closed>("the server takes no sign-ups");
constexpr auto live_key = refused<consent_required>("the key is a live one");
constexpr auto not_pending = refused<request_not_pending>("unknown, foreign, decided or expired");
constexpr auto no_request = refused<request_unknown>("unknown request");
constexpr auto gone = refused<request_gone>("decided, or past its deadline");
constexpr auto cross = refused<cross_site>("another site sent it, or the CSRF value is wrong");
constexpr auto no_link = refused<consent_link_required>("no cookie of this request's link");
constexpr auto no_session = refused<principal_verification_required>("no session of this person");
constexpr auto left = refused<principal_deprovisioned>("the person's account was ended");
constexpr auto no_operator = refused<operator_key_unset>("the server has no operator key");
constexpr auto no_passkey = refused<passkey_required>("no passkey assertion for this request");
constexpr auto inactive = refused<grant_inactive>("the grant is revoked or expired");

// A line an operation: which parameters it reads beside the path's, and how it refuses beside what
// follows from its route. Groups are shown in this order.
// clang-format off
Declaration const table[] = {
    //handler                    group        parameters                    refusals
    {"signup",                   "developer", {},                           {signup_shut, refused<email_taken>("another account has this e-mail address")}},
    {"send_signup_verification", "developer", {},                           {refused<implausible_email>("email is missing or implausible")}},
    {"confirm_signup_verification", "developer", {},                        {refused<verification_expired>("the link is older than 24 hours"),
                                                                             refused<not_found>("no such link"),
                                                                             refused<address_taken>("another account holds the address")}},
    {"get_me",                   "developer"},
    {"update_me",                "developer"},
    {"rotate_key",               "developer"},
    {"rotate_key_alias",         "developer"},

    {"create_agent",             "agents",    {},                           {quota}},
    {"list_agents",              "agents",    {page, page_size<1000>},      {}},
    {"get_agent",                "agents",    {},                           {unknown}},
    {"update_agent",             "agents",    {},                           {unknown}},
    {"update_agent_via_post",    "agents",    {},                           {unknown}},
    {"delete_agent",             "agents",    {},                           {unknown}},

    {"resolve_agent_did",        "agents",    {},                           {refused<not_an_agent_did>("another method, or malformed"),
                                                                             refused<unknown_did>("never registered"),
                                                                             refused<agent_deleted>("the agent was deleted")}},

    {"create_authorization",     "authorize", {},                           {refused<redirect_uri_not_registered>("redirectUri is not on the list that counts"),
                                                                             quota, left, denied, refused<not_found>("the agent is unknown, foreign or not active")}},
    {"approve_authorization",    "authorize", {},                           {live_key, denied, not_pending}},
    {"deny_authorization",       "authorize", {},                           {live_key, not_pending}},

    {"get_consent_page",         "consent",   {query<std::string>("req", "the request"),
                                               query<std::string>("k", "secret of its link")}, {}},
    {"submit_consent_page",      "consent",   {},                           {no_link, cross, no_session, no_passkey, left, denied, no_request, gone}},
    {"get_consent_request",      "consent",   {},                           {no_request, gone}},
    {"approve_consent",          "consent",   {csrf},                       {no_link, cross, no_session, no_passkey, left, denied, no_request, gone}},
    {"deny_consent",             "consent",   {csrf},                       {no_link, cross, no_request, gone}},

    {"exchange_token",           "tokens",    {},                           {refused<invalid_code>("unknown, another agent's or developer's, or the agent is not active"),
                                                                             refused<code_not_approved>("pending, denied, or exchanged before"),
                                                                             refused<code_expired>("too long after the approval"),
                                                                             refused<code_verifier_required>("a challenge is registered and no verifier is sent"),
                                                                             refused<invalid_code_verifier>("malformed, does not match, or not expected"), left, quota}},
    {"refresh_token",            "tokens",    {},                           {refused<invalid_refresh_token>("unknown, foreign, or the agent is not active"),
                                                                             refused<agent_mismatch>("agentId is not the grant's agent"),
                                                                             refused<refresh_token_used>("used before; after its retry window the grant ends"),
                                                                             refused<refresh_token_expired>("past its own time"),
                                                                             refused<grant_revoked>("the grant is revoked"),
                                                                             refused<grant_expired>("the grant has expired"), left, denied}},
    {"verify_token",             "tokens"},
    {"revoke_token",             "tokens",    {},                           {ended}},

    {"list_grants",              "grants",    {query<std::string>("agentId", "of this agent"),
                                               query<std::string>("principalId", "of this person"),
                                               query<GrantStatus>("status", "in this state"), page, page_size<1000>}, {}},
    {"verify_grant",             "grants",    {},                           {refused<invalid_token>("no grant token of this server")}},
    {"delegate_grant",           "grants",    {},                           {refused<invalid_parent_token>("does not verify, or was not given out here"),
                                                                             refused<parent_revoked>("token or grant is revoked, or the agent is not active"),
                                                                             refused<parent_expired>("token or grant has expired"),
                                                                             refused<scopes_exceed_parent>("a scope is not the parent's"), quota,
                                                                             refused<parent_foreign>("the parent is another developer's"),
                                                                             refused<delegation_too_deep>("the chain has reached its limit"), left, denied,
                                                                             refused<not_found>("the sub-agent is unknown, foreign or not active")}},
    {"get_grant",                "grants",    {},                           {unknown}},
    {"revoke_grant",             "grants",    {},                           {ended}},

    {"create_principal_session", "principal", {},                           {left, refused<no_active_grants>("there is nothing to manage"),
                                                                             refused<request_unknown>("authRequestId is no pending request for this person")}},
    {"list_principal_grants",    "principal"},
    {"revoke_principal_grant",   "principal", {},                           {refused<not_found>("no active grant of this person")}},
    {"list_principal_audit",     "principal"},

    {"get_permissions_page",     "principal"},
    {"submit_permissions_page",  "principal", {},                           {refused<invalid_session>("the session is not valid or has ended"), cross,
                                                                             refused<not_found>("the grant is not active any more")}},
    {"get_principal_dashboard",  "principal"},

    {"create_policy",            "policies",  {},                           {quota}},
    {"list_policies",            "policies"},
    {"get_policy",               "policies",  {},                           {unknown}},
    {"update_policy",            "policies",  {},                           {unknown}},
    {"delete_policy",            "policies",  {},                           {unknown}},

    {"allocate_budget",          "budgets",   {},                           {refused<not_found>("the grant is unknown or foreign"), inactive,
                                                                             refused<budget_exists>("the grant has a budget")}},
    {"debit_budget",             "budgets",   {},                           {refused<not_found>("the grant is unknown or foreign"), inactive,
                                                                             refused<insufficient_budget>("no budget, or less left than the amount")}},
    {"get_budget_balance",       "budgets",   {},                           {refused<not_found>("the grant is unknown or foreign, or has no budget")}},
    {"list_budget_allocations",  "budgets",   {page, page_size<1000>},      {}},
    {"list_budget_transactions", "budgets",   {page, query<Integer<1, 200>>("pageSize", "50 when not given")}, {}},
    {"detect_anomalies",         "anomalies"},
    {"list_anomalies",           "anomalies", {query<std::string>("unacknowledged", "true: open ones only"), alert_limit}, {}},
    {"acknowledge_anomaly",      "anomalies", {},                           {unknown}},
    {"acknowledge_anomaly_post", "anomalies", {},                           {unknown}},

    {"list_alerts",              "alerts",    {query<AlertStatus>("status", "in this state"),
                                               query<Severity>("severity", "as grave as this"),
                                               query<std::string>("agentId", "of this agent"), alert_limit}, {}},
    {"get_alert",                "alerts",    {},                           {unknown}},
    {"acknowledge_alert",        "alerts",    {},                           {unknown}},
    {"resolve_alert",            "alerts",    {},                           {unknown}},
    {"get_anomaly_metrics",      "alerts",    {query<MetricsWindow>("window", "up to now; 24h when not given"),
                                               query<std::string>("agentId", "of this agent")}, {}},
    {"create_anomaly_rule",      "alerts",    {},                           {refused<rule_exists>("the ruleId is taken, or a built-in rule's")}},
    {"list_anomaly_rules",       "alerts"},
    {"update_anomaly_rule",      "alerts",    {},                           {unknown}},
    {"delete_anomaly_rule",      "alerts",    {},                           {refused<not_found>("unknown, foreign, deleted or built-in")}},
    {"create_anomaly_channel",   "alerts"},
    {"list_anomaly_channels",    "alerts"},
    {"delete_anomaly_channel",   "alerts",    {},                           {unknown}},

    {"log_audit",                "audit",     {},                           {quota}},
    {"list_audit",               "audit",     {query<std::string>("agentId", "of this agent"),
                                               query<std::string>("grantId", "of this grant"),
                                               query<std::string>("principalId", "in this person's name"),
                                               query<std::string>("action", "exactly this one"),
                                               query<AuditStatus>("status", "with this outcome"),
                                               query<std::string>("since", "RFC 3339; from this time on"),
                                               query<std::string>("until", "RFC 3339; up to this time"), page, page_size<10'000>}, {}},
    {"get_audit",                "audit",     {},                           {unknown}},

    {"create_webhook",           "webhooks",  {},                           {quota}},
    {"list_webhooks",            "webhooks"},
    {"get_webhook",              "webhooks",  {},                           {unknown}},
    {"update_webhook",           "webhooks",  {},                           {unknown}},
    {"delete_webhook",           "webhooks",  {},                           {unknown}},
    {"rotate_webhook_secret",    "webhooks",  {},                           {unknown}},
    {"list_webhook_deliveries",  "webhooks",  {query<DeliveryStatus>("status", "in this state"), page, page_size<100>}, {unknown}},
    {"redeliver_webhook",        "webhooks",  {},                           {unknown, refused<delivery_pending>("it is still pending")}},

    {"stream_events",            "events",    {query<std::string>("types", "separated by commas; all when not given"),
                                               query<std::string>("since", "RFC 3339; first what happened after this time"),
                                               header<std::string>("Last-Event-ID", "first what happened after this event; wins over since")},
                                              {refused<too_many_streams>("the caller has as many open as it may")}},
    {"stream_events_web_socket", "events",    {},                           {refused<upgrade_required>("the request is no WebSocket upgrade")}},
    {"get_usage",                "usage"},
    {"get_usage_history",        "usage",     {query<Integer<1, 90>>("days", "that end today; 30 when it is no number from 1 on, 90 when it is larger")}, {}},

    {"create_domain",            "domains",   {},                           {refused<plan_lacks>("the caller's plan has no domains"), refused<domain_taken>("claimed by the caller or proved by another")}},
    {"list_domains",             "domains"},
    {"delete_domain",            "domains",   {},                           {unknown}},
    {"verify_domain",            "domains",   {},                           {unknown, refused<domain_not_verified>("there is no such record"), refused<domain_taken>("another developer has proved it")}},

    {"get_health",               "system"},
    {"get_metrics",              "system",    {},                           {refused<metrics_off>("the metrics are switched off"),
                                                                             refused<metrics_key_unset>("the metrics need a key and the server has none")}, "text/plain"},
    {"get_jwks",                 "system"},
    {"get_did_document",         "system"},
    {"get_openapi",              "system",    {},                           {}, "application/json"},
    {"get_docs",                 "system"},
    {"get_asset",                "system",    {},                           {refused<unknown_path>("no such file")}, "text/css"},

    {"admin_stats",              "admin",     {},                           {no_operator}},
    {"admin_list_developers",    "admin",     {page, page_size<100>},       {no_operator}},
    {"admin_set_plan",           "admin",     {},                           {no_operator, refused<not_found>("unknown developer")}},
};
// clang-format on

} // namespace

std::span<Declaration const> declarations()
{
    return table;
}

std::vector<std::string_view> operation_groups()
{
    std::vector<std::string_view> groups;
    for (auto const& declaration : table)
        if (std::ranges::find(groups, declaration.group) == groups.end())
            groups.push_back(declaration.group);
    return groups;
}

Declaration const& find_declaration(std::string_view handler)
{
    auto const found = std::ranges::find(table, handler, &Declaration::handler);
    if (found == std::end(table))
        throw std::logic_error(
            "server/http/operations.cpp has no line for " + std::string{handler} +
            ": say which parameters it reads and how it refuses"
        );
    return *found;
}

} // namespace http
