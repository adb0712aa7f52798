#include "server/api/audit.hpp"

#include "server/api/agents.hpp"
#include "server/api/append_audit.hpp"
#include "server/api/quotas.hpp"
#include "server/rules/audit_chain.hpp"
#include "server/rules/time_text.hpp"
#include "storage/audit.hpp"
#include "storage/grants.hpp"

namespace api {

namespace {

constexpr std::int64_t page_size_max = 10'000;
constexpr std::string_view did_prefix = "did:grantex:";

AuditEntryView view(storage::AuditEntry const& entry)
{
    return {
        .entryId = entry.id,
        .agentId = entry.agent_id,
        .agentDid = entry.agent_did,
        .grantId = entry.grant_id,
        .principalId = entry.principal_id,
        .developerId = entry.developer_id,
        .action = entry.action,
        .metadata = {entry.metadata},
        .hash = entry.hash,
        .prevHash = entry.prev_hash,
        .timestamp = entry.timestamp,
        .status = entry.status};
}

// Older clients send neither agentDid nor principalId, or a DID as agentId: what can be derived is.
void read_parties(http::Request& request, AuditLogBody const& body, storage::AuditEntry& entry)
{
    entry.agent_id = body.agentId;
    entry.agent_did = body.agentDid ? std::string{*body.agentDid} : agent_did(body.agentId);
    if (body.agentId.starts_with(did_prefix) && body.agentId.size() > did_prefix.size()) {
        entry.agent_did = body.agentDid ? std::string{*body.agentDid} : std::string{body.agentId};
        entry.agent_id = body.agentId.substr(did_prefix.size());
    }
    entry.grant_id = body.grantId;
    if (body.principalId) {
        entry.principal_id = *body.principalId;
        return;
    }
    auto const grant = storage::find_grant(request.db, request.caller().id, body.grantId);
    if (!grant)
        throw http::bad_request(
            "principalId is required, since grantId is not a grant of yours to take it from"
        );
    entry.principal_id = grant->principal_id;
}

std::optional<storage::Timestamp> read_time(http::Request const& request, std::string_view name)
{
    auto const text = request.query(name);
    if (!text)
        return {};
    auto const time = rules::parse_time(*text);
    if (!time)
        throw http::bad_request(
            std::string{name} + " is not a valid time. Send RFC 3339, such as 2026-03-02T09:00:00Z"
        );
    return time;
}

} // namespace

http::Created<AuditEntryView> log_audit(http::Request& request, AuditLogBody const& body)
{
    storage::AuditEntry entry;
    entry.developer_id = request.caller().id;
    read_parties(request, body, entry);
    entry.action = body.action;
    entry.status = body.status.value_or("success");
    auto metadata = rules::canonical_metadata(body.metadata.value_or(boost::json::object{}));
    if (!metadata)
        throw http::bad_request("metadata must hold finite numbers only");
    entry.metadata = std::move(*metadata);
    check_audit_quota(request);
    return {view(append_audit(request, std::move(entry), true))};
}

AuditListView list_audit(http::Request& request)
{
    storage::AuditFilter const filter{
        .agent_id = request.query("agentId"),
        .grant_id = request.query("grantId"),
        .principal_id = request.query("principalId"),
        .action = request.query("action"),
        .status = request.query("status"),
        .since = read_time(request, "since"),
        .until = read_time(request, "until")};
    auto const page = request.page(page_size_max);
    auto const newest = !request.query("page");
    auto const& developer_id = request.caller().id;
    AuditListView list{
        .entries = {},
        .total = storage::count_audit_entries(request.db, developer_id, filter),
        .page = page.number,
        .pageSize = page.size};
    for (auto const& entry :
         storage::list_audit_entries(request.db, developer_id, filter, page, newest))
        list.entries.push_back(view(entry));
    return list;
}

AuditEntryView get_audit(http::Request& request)
{
    auto const entry =
        storage::find_audit_entry(request.db, request.caller().id, request.path("entryId"));
    if (!entry)
        throw http::not_found("Audit entry");
    return view(*entry);
}

} // namespace api
