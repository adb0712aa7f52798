#include "server/http/error.hpp"

namespace http {

ApiError bad_request(std::string message)
{
    return {400, "BAD_REQUEST", std::move(message)};
}
ApiError not_json_object()
{
    return bad_request("Send a JSON object as the body");
}
ApiError body_too_large(std::size_t bytes_max)
{
    return {413, "BAD_REQUEST", "Body exceeds " + std::to_string(bytes_max) + " bytes"};
}
ApiError unsupported_media_type()
{
    return {415, "BAD_REQUEST", "Send the body with Content-Type: application/json"};
}
ApiError path_parameter_too_long()
{
    return {414, "BAD_REQUEST", "A path parameter exceeds 512 bytes"};
}
ApiError unknown_path()
{
    return {404, "NOT_FOUND", "There is nothing at this path"};
}
ApiError method_not_allowed()
{
    return {405, "METHOD_NOT_ALLOWED", "Use one of the methods in the Allow header"};
}

ApiError missing_api_key()
{
    return {401, "UNAUTHORIZED", "Send your API key as Authorization: Bearer <key>"};
}
ApiError invalid_api_key()
{
    return {401, "UNAUTHORIZED", "API key is not valid"};
}
ApiError missing_session()
{
    return {401, "UNAUTHORIZED", "Send the session token as Authorization: Bearer <token>"};
}
ApiError invalid_session()
{
    return {401, "UNAUTHORIZED", "The session is not valid or has ended. Ask for a new link"};
}
ApiError operator_key_unset()
{
    return {
        503, "SERVICE_UNAVAILABLE",
        "Operator endpoints are off. Set GRANTEXD_ADMIN_API_KEY and start the server again"};
}
ApiError missing_operator_key()
{
    return {401, "UNAUTHORIZED", "Send the operator key as Authorization: Bearer <key>"};
}
ApiError invalid_operator_key()
{
    return {401, "UNAUTHORIZED", "Operator key is not valid"};
}
ApiError metrics_off()
{
    return {
        404, "NOT_FOUND",
        "Metrics are off. Set GRANTEXD_METRICS_ENABLED=true and start the server again"};
}
ApiError metrics_key_unset()
{
    return {
        503, "SERVICE_UNAVAILABLE",
        "Metrics need a key. Set GRANTEXD_METRICS_API_KEY, or GRANTEXD_METRICS_REQUIRE_AUTH=false, "
        "and start the server again"};
}
ApiError missing_metrics_key()
{
    return {401, "UNAUTHORIZED", "Send the key of the metrics as Authorization: Bearer <key>"};
}
ApiError invalid_metrics_key()
{
    return {401, "UNAUTHORIZED", "Key of the metrics is not valid"};
}
ApiError signup_closed()
{
    return {403, "SIGNUP_CLOSED", "This server does not take sign-ups. Ask its operator for a key"};
}

ApiError not_found(std::string_view what)
{
    return {404, "NOT_FOUND", std::string{what} + " not found"};
}
ApiError not_found_or_revoked(std::string_view what)
{
    return {404, "NOT_FOUND", std::string{what} + " not found or already revoked"};
}
ApiError no_active_grants()
{
    return {404, "NOT_FOUND", "No active grants for this principal"};
}
ApiError request_gone()
{
    return {410, "GONE", "Authorization request expired or already decided"};
}
ApiError request_unknown()
{
    return not_found("Authorization request");
}
ApiError request_not_pending()
{
    return {404, "NOT_FOUND", "Authorization request not found or already decided"};
}
ApiError not_an_agent_did()
{
    return bad_request("Not a did:grantex identifier");
}
ApiError unknown_did()
{
    return {404, "NOT_FOUND", "Unknown DID"};
}
ApiError agent_deleted()
{
    return {410, "GONE", "Agent was deleted"};
}
ApiError email_taken()
{
    return {409, "CONFLICT", "E-mail address already in use"};
}
ApiError implausible_email()
{
    return bad_request("email must look like name@example.com");
}
ApiError verification_expired()
{
    return {400, "TOKEN_EXPIRED", "Verification link has expired. Ask for a new one"};
}
ApiError address_taken()
{
    return {409, "EMAIL_TAKEN", "Address belongs to another account"};
}
ApiError rule_exists()
{
    return {409, "CONFLICT", "A rule has this ruleId already. Choose another one"};
}
ApiError quota_exceeded(std::string_view what, std::string_view plan, long quota)
{
    return {
        402, "PLAN_LIMIT_EXCEEDED",
        std::string{what} + " quota of the " + std::string{plan} + " plan (" +
            std::to_string(quota) + ") is used up"};
}

ApiError plan_lacks(std::string_view what, std::string_view plan, std::string_view needed)
{
    return {
        402, "PLAN_LIMIT_EXCEEDED",
        std::string{what} + " need the " + std::string{needed} + " plan; this account has " +
            std::string{plan}};
}
ApiError domain_taken()
{
    return {409, "CONFLICT", "Domain is registered already"};
}
ApiError domain_not_verified(std::string_view record)
{
    return {
        400, "VERIFICATION_FAILED",
        "No TXT record of " + std::string{record} +
            " has the token. Publish it, and try again when it has spread"};
}
ApiError delivery_pending()
{
    return {409, "CONFLICT", "Delivery is still pending. Wait for its next attempt"};
}
ApiError grant_inactive()
{
    return {409, "GRANT_INACTIVE", "The grant is revoked or expired. Ask the person for a new one"};
}
ApiError budget_exists()
{
    return {409, "CONFLICT", "The grant has a budget already, and keeps it. Debit that one"};
}
ApiError insufficient_budget(std::string_view grant_id)
{
    return {
        402, "INSUFFICIENT_BUDGET",
        "Grant " + std::string{grant_id} +
            " has too little budget left, or none. Nothing was debited. Try a smaller amount"};
}

ApiError redirect_uri_not_registered()
{
    return {
        400, "INVALID_REDIRECT_URI",
        "redirectUri is not registered. Use one of allowedRedirectUris of the agent, or else "
        "of the developer, exactly as it is written there"};
}
ApiError consent_required()
{
    return {403, "CONSENT_REQUIRED", "Live requests are decided on the consent page"};
}
ApiError consent_link_required()
{
    return {403, "CONSENT_LINK_REQUIRED", "Open the consent link first"};
}
ApiError principal_verification_required()
{
    return {403, "PRINCIPAL_VERIFICATION_REQUIRED", "Sign in to decide"};
}
ApiError passkey_required()
{
    return {403, "FIDO_REQUIRED", "Passkey verification needed"};
}
ApiError principal_deprovisioned()
{
    return {403, "PRINCIPAL_DEPROVISIONED", "Principal has been deprovisioned"};
}
ApiError cross_site()
{
    return {403, "CSRF_REJECTED", "Cross-site request refused"};
}

ApiError policy_denied()
{
    ApiError error{403, "POLICY_DENIED", "Denied by policy"};
    error.keeps_changes = true; // the audit entry that names the policy
    return error;
}

ApiError invalid_code()
{
    return bad_request("Invalid code");
}
ApiError code_not_approved()
{
    return bad_request("Authorization request is not approved");
}
ApiError code_expired()
{
    return bad_request("Authorization code has expired");
}
ApiError code_verifier_required()
{
    return bad_request("codeVerifier is required");
}
ApiError invalid_code_verifier()
{
    return bad_request("Invalid codeVerifier");
}
ApiError invalid_refresh_token()
{
    return bad_request("Invalid refresh token");
}
ApiError agent_mismatch()
{
    return bad_request("Agent mismatch");
}
ApiError refresh_token_used()
{
    return bad_request("Refresh token already used");
}
ApiError refresh_token_expired()
{
    return bad_request("Refresh token expired");
}
ApiError grant_revoked()
{
    return bad_request("Grant has been revoked");
}
ApiError grant_expired()
{
    return bad_request("Grant has expired");
}
ApiError invalid_token()
{
    return bad_request("Invalid token");
}

ApiError invalid_parent_token()
{
    return bad_request("Invalid parentGrantToken");
}
ApiError parent_revoked()
{
    return bad_request("Parent grant has been revoked");
}
ApiError parent_expired()
{
    return bad_request("Parent grant has expired");
}
ApiError parent_foreign()
{
    return {403, "FORBIDDEN", "Parent grant belongs to another developer"};
}
ApiError scopes_exceed_parent(std::string_view scopes)
{
    return bad_request("Scopes exceed the parent grant: " + std::string{scopes});
}
ApiError delegation_too_deep(int hops_max)
{
    return {
        403, "DELEGATION_DEPTH_EXCEEDED",
        "Delegation limit of " + std::to_string(hops_max) + " hops reached"};
}

ApiError idempotency_key_invalid(std::string_view where)
{
    return bad_request(std::string{where} + " must be 1 to 255 visible ASCII characters");
}
ApiError idempotency_key_reused()
{
    return {
        422, "IDEMPOTENCY_KEY_REUSED",
        "Idempotency-Key was used with another request. Use a new key for a new request"};
}
ApiError idempotency_in_progress()
{
    return {409,
            "IDEMPOTENCY_IN_PROGRESS",
            "A request with this Idempotency-Key is still running",
            {},
            false,
            1};
}

ApiError rate_limited(std::string code, int retry_after_seconds)
{
    return {
        429,
        std::move(code),
        "Too many requests, retry in " + std::to_string(retry_after_seconds) + " seconds",
        {},
        false,
        retry_after_seconds};
}
ApiError unavailable(std::string cause)
{
    return {
        503,
        "SERVICE_UNAVAILABLE",
        "The server cannot store changes now, retry in 1 seconds",
        std::move(cause),
        false,
        1};
}
ApiError too_many_streams(int streams_max)
{
    constexpr int seconds = 30;
    ApiError error{
        429, "TOO_MANY_CONNECTIONS",
        "At most " + std::to_string(streams_max) +
            " event streams may be open. Close one, or retry in " + std::to_string(seconds) +
            " seconds"};
    error.retry_after_seconds = seconds;
    return error;
}
ApiError upgrade_required()
{
    return {426, "UPGRADE_REQUIRED", "Open this path as a WebSocket (RFC 6455, version 13)"};
}
ApiError internal_error(std::string cause)
{
    return {500, "INTERNAL_ERROR", "Internal error", std::move(cause)};
}

} // namespace http
