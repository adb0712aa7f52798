#include "server/api/revocation.hpp"

#include "server/api/emit.hpp"
#include "server/api/note_signals.hpp"
#include "storage/grants.hpp"

#include <boost/describe/class.hpp>

#include <algorithm>

namespace api {

namespace {

struct GrantRevokedView
{
    std::string grantId;
    std::string agentId;
    std::string principalId;
    bool cascade = false;
    std::int64_t descendantCount = 0;
    std::string revokedBy;
    std::optional<std::string> reason;
    std::optional<std::string> cascadedFrom;
};
BOOST_DESCRIBE_STRUCT(
    GrantRevokedView, (),
    (grantId, agentId, principalId, cascade, descendantCount, revokedBy, reason, cascadedFrom)
)

// Detection counts what somebody did on purpose and what a replayed credential set off. Revocations
// that only follow from another act (an agent was deleted, an account ended, detection itself) are
// no sign of a storm.
bool counts(RevocationCause const& cause)
{
    return cause.by != "system" || cause.reason == "code_reuse" ||
           cause.reason == "refresh_token_reuse";
}

} // namespace

bool revoke_tree(
    server::Turn& turn, std::string_view developer_id, std::string_view grant_id,
    RevocationCause const& cause
)
{
    return !revoke_tree_ids(turn, developer_id, grant_id, cause).empty();
}

std::vector<std::string> revoke_tree_ids(
    server::Turn& turn, std::string_view developer_id, std::string_view grant_id,
    RevocationCause const& cause
)
{
    auto revoked = storage::revoke_grant_tree(turn.db, developer_id, grant_id, turn.now);
    // The root first, then its descendants in the order they were made (ids are time-ordered).
    std::ranges::sort(revoked, {}, [&](auto const& grant) {
        return std::pair{grant.id != grant_id, grant.id};
    });
    std::vector<std::string> ids;
    for (auto const& grant : revoked) {
        ids.push_back(grant.id);
        auto const root = grant.id == grant_id;
        auto const descendants = root ? static_cast<std::int64_t>(revoked.size()) - 1 : 0;
        emit(
            turn, developer_id, "grant.revoked",
            GrantRevokedView{
                .grantId = grant.id,
                .agentId = grant.agent_id,
                .principalId = grant.principal_id,
                .cascade = descendants > 0,
                .descendantCount = descendants,
                .revokedBy = std::string{cause.by},
                .reason = cause.reason,
                .cascadedFrom =
                    root ? std::nullopt : std::optional<std::string>{std::string{grant_id}}}
        );
    }
    // Now rather than after the commit: a disk that fails then makes the count too high.
    turn.app.metrics.count_revoked_grants(revoked.size());
    if (!revoked.empty() && counts(cause))
        note_revocation_now(turn, developer_id, revoked.front().agent_id, grant_id);
    return ids;
}

} // namespace api
