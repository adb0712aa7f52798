#include "storage/grants.hpp"

#include "storage/developers.hpp"

namespace storage {

std::optional<Grant> find_grant(Database& db, std::string_view developer_id, std::string_view id)
{
    return db.find<Grant>(
        R"sql(
        SELECT id, developer_id, agent_id, principal_id, scopes, audience, status, issued_at,
               expires_at, revoked_at, parent_id, depth, origin
        FROM grants WHERE id = ?1 AND developer_id = ?2)sql",
        id, developer_id
    );
}

std::optional<Grant> find_grant_of_anyone(Database& db, std::string_view id)
{
    return db.find<Grant>(
        R"sql(
        SELECT id, developer_id, agent_id, principal_id, scopes, audience, status, issued_at,
               expires_at, revoked_at, parent_id, depth, origin
        FROM grants WHERE id = ?1)sql",
        id
    );
}

namespace {

// The effective status, written once: an active grant past its expiry is expired.
// ?4 is the status asked for (or NULL), ?5 the time.
std::vector<Grant>
list_by_agent(Database& db, std::string_view developer_id, GrantFilter const& filter, Page page)
{
    return db.list<Grant>(
        R"sql(
        SELECT id, developer_id, agent_id, principal_id, scopes, audience, status, issued_at,
               expires_at, revoked_at, parent_id, depth, origin
        FROM grants
        WHERE developer_id = ?1 AND agent_id = ?2 AND (?3 IS NULL OR principal_id = ?3)
          AND (?4 IS NULL OR ?4 = CASE WHEN status = 'active' AND expires_at <= ?5 THEN 'expired'
                                       ELSE status END)
        ORDER BY id DESC LIMIT ?6 OFFSET ?7)sql",
        developer_id, filter.agent_id, filter.principal_id, filter.status, filter.now, page.size,
        page.offset()
    );
}

std::vector<Grant>
list_by_principal(Database& db, std::string_view developer_id, GrantFilter const& filter, Page page)
{
    return db.list<Grant>(
        R"sql(
        SELECT id, developer_id, agent_id, principal_id, scopes, audience, status, issued_at,
               expires_at, revoked_at, parent_id, depth, origin
        FROM grants
        WHERE developer_id = ?1 AND principal_id = ?2
          AND (?3 IS NULL OR ?3 = CASE WHEN status = 'active' AND expires_at <= ?4 THEN 'expired'
                                       ELSE status END)
        ORDER BY id DESC LIMIT ?5 OFFSET ?6)sql",
        developer_id, filter.principal_id, filter.status, filter.now, page.size, page.offset()
    );
}

} // namespace

std::vector<Grant>
list_grants(Database& db, std::string_view developer_id, GrantFilter const& filter, Page page)
{
    // A text per leading column, so that each has the index it needs.
    if (filter.agent_id)
        return list_by_agent(db, developer_id, filter, page);
    if (filter.principal_id)
        return list_by_principal(db, developer_id, filter, page);
    return db.list<Grant>(
        R"sql(
        SELECT id, developer_id, agent_id, principal_id, scopes, audience, status, issued_at,
               expires_at, revoked_at, parent_id, depth, origin
        FROM grants
        WHERE developer_id = ?1
          AND (?2 IS NULL OR ?2 = CASE WHEN status = 'active' AND expires_at <= ?3 THEN 'expired'
                                       ELSE status END)
        ORDER BY id DESC LIMIT ?4 OFFSET ?5)sql",
        developer_id, filter.status, filter.now, page.size, page.offset()
    );
}

std::int64_t count_grants(Database& db, std::string_view developer_id, GrantFilter const& filter)
{
    if (!filter.agent_id && !filter.principal_id && !filter.status)
        return find_totals(db, developer_id).grants;
    if (filter.agent_id)
        return *db.find<std::int64_t>(
            R"sql(
            SELECT count(*) FROM grants
            WHERE developer_id = ?1 AND agent_id = ?2 AND (?3 IS NULL OR principal_id = ?3)
              AND (?4 IS NULL OR ?4 = CASE WHEN status = 'active' AND expires_at <= ?5
                                           THEN 'expired' ELSE status END))sql",
            developer_id, filter.agent_id, filter.principal_id, filter.status, filter.now
        );
    return *db.find<std::int64_t>(
        R"sql(
        SELECT count(*) FROM grants
        WHERE developer_id = ?1 AND (?2 IS NULL OR principal_id = ?2)
          AND (?3 IS NULL OR ?3 = CASE WHEN status = 'active' AND expires_at <= ?4
                                       THEN 'expired' ELSE status END))sql",
        developer_id, filter.principal_id, filter.status, filter.now
    );
}

std::vector<Grant> list_live_grants(
    Database& db, std::string_view developer_id, std::string_view principal_id, Timestamp now,
    std::int64_t limit
)
{
    return db.list<Grant>(
        R"sql(
        SELECT id, developer_id, agent_id, principal_id, scopes, audience, status, issued_at,
               expires_at, revoked_at, parent_id, depth, origin
        FROM grants
        WHERE developer_id = ?1 AND principal_id = ?2 AND status = 'active' AND expires_at > ?3
        ORDER BY id DESC LIMIT ?4)sql",
        developer_id, principal_id, now, limit
    );
}

std::vector<std::string> list_live_root_ids(
    Database& db, std::string_view developer_id, std::string_view principal_id, Timestamp now,
    std::int64_t limit
)
{
    return db.list<std::string>(
        R"sql(
        SELECT id FROM grants
        WHERE developer_id = ?1 AND principal_id = ?2 AND status = 'active' AND expires_at > ?3
          AND parent_id IS NULL
        ORDER BY id LIMIT ?4)sql",
        developer_id, principal_id, now, limit
    );
}

std::int64_t count_live_descendants(Database& db, std::string_view id, Timestamp now)
{
    return *db.find<std::int64_t>(
        R"sql(
        WITH RECURSIVE tree(id) AS (
            SELECT id FROM grants WHERE parent_id = ?1 AND status = 'active' AND expires_at > ?2
            UNION
            SELECT child.id FROM tree CROSS JOIN grants AS child ON child.parent_id = tree.id
            WHERE child.status = 'active' AND child.expires_at > ?2)
        SELECT count(*) FROM tree)sql",
        id, now
    );
}

std::int64_t
count_live_grants(Database& db, std::string_view developer_id, Timestamp now, std::int64_t limit)
{
    return *db.find<std::int64_t>(
        R"sql(
        SELECT count(*) FROM (
            SELECT 1 FROM grants
            WHERE developer_id = ?1 AND status = 'active' AND expires_at > ?2 LIMIT ?3))sql",
        developer_id, now, limit
    );
}

void insert_grant(Database& db, Grant const& grant)
{
    db.run(
        R"sql(
        INSERT INTO grants (id, developer_id, agent_id, principal_id, scopes, audience, status,
            issued_at, expires_at, parent_id, depth, origin)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12))sql",
        grant.id, grant.developer_id, grant.agent_id, grant.principal_id, grant.scopes,
        grant.audience, grant.status, grant.issued_at, grant.expires_at, grant.parent_id,
        grant.depth, grant.origin
    );
    update_totals(db, grant.developer_id, {.grants = 1});
}

// SPEC 9.2: revoking a grant atomically revokes every grant delegated from it.
std::vector<RevokedGrant>
revoke_grant_tree(Database& db, std::string_view developer_id, std::string_view id, Timestamp now)
{
    return db.list<RevokedGrant>(
        R"sql(
        WITH RECURSIVE tree(id) AS (
            SELECT id FROM grants WHERE id = ?1 AND developer_id = ?2 AND status = 'active'
            UNION
            SELECT child.id FROM tree CROSS JOIN grants AS child ON child.parent_id = tree.id)
        UPDATE grants SET status = 'revoked', revoked_at = ?3
        WHERE id IN (SELECT id FROM tree) AND status = 'active'
        RETURNING id, agent_id, principal_id)sql",
        id, developer_id, now
    );
}

std::vector<std::string> list_active_grant_ids(Database& db, std::string_view agent_id)
{
    return db.list<std::string>(
        R"sql(
        SELECT g.id FROM grants AS g
        WHERE g.agent_id = ?1 AND g.status = 'active'
          AND NOT EXISTS (SELECT 1 FROM grants AS p
                          WHERE p.id = g.parent_id AND p.agent_id = ?1 AND p.status = 'active')
        ORDER BY g.id)sql",
        agent_id
    );
}

} // namespace storage
