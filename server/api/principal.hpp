// What a person sees and does about its own grants, with a principal session.
#pragma once

#include "server/api/audit.hpp"
#include "server/api/grants.hpp"
#include "server/http/route.hpp"
#include "storage/grants.hpp"

#include <boost/describe/class.hpp>

namespace api {

struct PrincipalGrantView
{
    std::string grantId;
    std::string agentId;
    http::Nullable<std::string> agentName;
    http::Nullable<std::string> agentDescription;
    http::Nullable<std::string> agentDid;
    std::string developerName;
    std::vector<std::string> scopes;
    std::vector<std::string> scopeDescriptions;
    GrantStatus status;
    storage::Timestamp issuedAt;
    storage::Timestamp expiresAt;
    int delegationDepth = 0;
};
BOOST_DESCRIBE_STRUCT(
    PrincipalGrantView, (),
    (grantId, agentId, agentName, agentDescription, agentDid, developerName, scopes,
     scopeDescriptions, status, issuedAt, expiresAt, delegationDepth)
)

struct PrincipalGrantListView
{
    std::vector<PrincipalGrantView> grants;
    std::string principalId;
};
BOOST_DESCRIBE_STRUCT(PrincipalGrantListView, (), (grants, principalId))

struct PrincipalAuditEntryView
{
    std::string entryId;
    std::string agentId;
    std::string agentDid;
    std::string grantId;
    std::string principalId;
    std::string action;
    http::RawJson metadata;
    AuditStatus status;
    storage::Timestamp timestamp;
};
BOOST_DESCRIBE_STRUCT(
    PrincipalAuditEntryView, (),
    (entryId, agentId, agentDid, grantId, principalId, action, metadata, status, timestamp)
)

struct PrincipalAuditListView
{
    std::vector<PrincipalAuditEntryView> entries;
};
BOOST_DESCRIBE_STRUCT(PrincipalAuditListView, (), (entries))

// The grant, when it is an active one of this person; another's is like an unknown one.
std::optional<storage::Grant> find_live_grant(
    http::Request& request, storage::PrincipalSession const& session, std::string_view id
);

PrincipalGrantListView list_principal_grants(http::Request& request);
http::NoContent revoke_principal_grant(http::Request& request);
PrincipalAuditListView list_principal_audit(http::Request& request);

} // namespace api
