// The audit log: appending to the caller's chain and reading it. There is no update and no delete.
#pragma once

#include "server/http/route.hpp"

#include <boost/describe/class.hpp>
#include <boost/json/object.hpp>

namespace api {

using AuditStatus = http::OneOf<"success", "failure", "blocked">;

struct AuditLogBody
{
    http::Line<1, 256> agentId;
    std::optional<http::Line<1, 512>> agentDid;
    http::Line<1, 256> grantId;
    std::optional<http::Line<1, 256>> principalId;
    http::Line<1, 256> action;
    std::optional<AuditStatus> status;
    std::optional<boost::json::object> metadata;
};
BOOST_DESCRIBE_STRUCT(
    AuditLogBody, (), (agentId, agentDid, grantId, principalId, action, status, metadata)
)

struct AuditEntryView
{
    std::string entryId;
    std::string agentId;
    std::string agentDid;
    std::string grantId;
    std::string principalId;
    std::string developerId;
    std::string action;
    http::RawJson metadata;
    std::string hash;
    http::Nullable<std::string> prevHash;
    storage::Timestamp timestamp;
    AuditStatus status;
};
BOOST_DESCRIBE_STRUCT(
    AuditEntryView, (),
    (entryId, agentId, agentDid, grantId, principalId, developerId, action, metadata, hash,
     prevHash, timestamp, status)
)

struct AuditListView
{
    std::vector<AuditEntryView> entries;
    std::int64_t total = 0;
    std::int64_t page = 0;
    std::int64_t pageSize = 0;
};
BOOST_DESCRIBE_STRUCT(AuditListView, (), (entries, total, page, pageSize))

http::Created<AuditEntryView> log_audit(http::Request& request, AuditLogBody const& body);
AuditListView list_audit(http::Request& request);
AuditEntryView get_audit(http::Request& request);

} // namespace api
