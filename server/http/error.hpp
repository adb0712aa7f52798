// Every refusal the API can give, by name. The sentences stand in error.cpp, all in one place; they
// say what to do next. Thrown by handlers, caught and rendered by the dispatcher only.
#pragma once

#include <string>
#include <string_view>

namespace http {

struct ApiError
{
    unsigned status;
    std::string code;    // stable, machine-readable
    std::string message; // for people
    std::string cause{}; // for the log only
    // The change stays although the request is refused: reuse of a stolen token answers 400 and
    // revokes. Everything else a refused request did is rolled back.
    bool keeps_changes = false;
    int retry_after_seconds = 0; // 0: no Retry-After
};

std::string_view reason_phrase(unsigned status);

// Shape of the request
ApiError bad_request(std::string message);
ApiError not_json_object();
ApiError body_too_large(std::size_t bytes_max);
ApiError unsupported_media_type();
ApiError path_parameter_too_long();
ApiError unknown_path();
ApiError method_not_allowed();

// Who asks
ApiError missing_api_key();
ApiError invalid_api_key();
ApiError signup_closed();
ApiError missing_session();
ApiError invalid_session();
ApiError operator_key_unset();
ApiError missing_operator_key();
ApiError invalid_operator_key();
ApiError metrics_off();
ApiError metrics_key_unset();
ApiError missing_metrics_key();
ApiError invalid_metrics_key();

// What is asked for
ApiError not_found(std::string_view what);            // "Agent not found"
ApiError not_found_or_revoked(std::string_view what); // "Grant not found or already revoked"
ApiError no_active_grants();
ApiError request_gone();
ApiError request_unknown();
ApiError request_not_pending();
ApiError not_an_agent_did();
ApiError unknown_did();
ApiError agent_deleted();
ApiError email_taken();
ApiError implausible_email();
ApiError verification_expired();
ApiError address_taken();
ApiError rule_exists();
ApiError quota_exceeded(std::string_view what, std::string_view plan, long quota);
ApiError delivery_pending();
ApiError plan_lacks(std::string_view what, std::string_view plan, std::string_view needed);
ApiError domain_taken();
ApiError domain_not_verified(std::string_view record);

// Budgets
ApiError grant_inactive();
ApiError budget_exists();
ApiError insufficient_budget(std::string_view grant_id);

// Redirects, consent
ApiError redirect_uri_not_registered();
ApiError consent_required();
ApiError consent_link_required();
ApiError principal_verification_required();
ApiError passkey_required();
ApiError principal_deprovisioned();
ApiError cross_site();

// Policies
ApiError policy_denied();

// Codes and tokens; the sentences of these are part of the contract
ApiError invalid_code();
ApiError code_not_approved();
ApiError code_expired();
ApiError code_verifier_required();
ApiError invalid_code_verifier();
ApiError invalid_refresh_token();
ApiError agent_mismatch();
ApiError refresh_token_used();
ApiError refresh_token_expired();
ApiError grant_revoked();
ApiError grant_expired();
ApiError invalid_token();

// Delegation
ApiError invalid_parent_token();
ApiError parent_revoked();
ApiError parent_expired();
ApiError parent_foreign();
ApiError scopes_exceed_parent(std::string_view scopes);
ApiError delegation_too_deep(int hops_max);

// Idempotency-Key
ApiError idempotency_key_invalid(std::string_view where);
ApiError idempotency_key_reused();
ApiError idempotency_in_progress();

// Limits and trouble
ApiError rate_limited(std::string code, int retry_after_seconds);
ApiError unavailable(std::string cause);
ApiError too_many_streams(int streams_max);
ApiError upgrade_required();
ApiError internal_error(std::string cause);

} // namespace http
