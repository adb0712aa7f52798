#include "storage/developers.hpp"

namespace storage {

std::optional<Developer> find_developer(Database& db, std::string_view id)
{
    return db.find<Developer>(
        R"sql(
        SELECT id, name, email, email_verified, mode, plan, fido_required, fido_rp_name,
               allowed_redirect_uris, max_delegation_depth, consent_auth, created_at
        FROM developers WHERE id = ?1)sql",
        id
    );
}

std::optional<Developer> find_developer_by_key(Database& db, std::string_view key_hash)
{
    return db.find<Developer>(
        R"sql(
        SELECT d.id, d.name, d.email, d.email_verified, d.mode, d.plan, d.fido_required,
               d.fido_rp_name, d.allowed_redirect_uris, d.max_delegation_depth, d.consent_auth,
               d.created_at
        FROM api_keys AS k JOIN developers AS d ON d.id = k.developer_id
        WHERE k.key_hash = ?1)sql",
        key_hash
    );
}

std::optional<Developer> find_developer_by_email(Database& db, std::string_view email)
{
    return db.find<Developer>(
        R"sql(
        SELECT id, name, email, email_verified, mode, plan, fido_required, fido_rp_name,
               allowed_redirect_uris, max_delegation_depth, consent_auth, created_at
        FROM developers WHERE email = ?1)sql",
        email
    );
}

void insert_developer(Database& db, Developer const& developer)
{
    db.run(
        R"sql(
        INSERT INTO developers (id, name, email, email_verified, mode, plan, fido_required,
            fido_rp_name, allowed_redirect_uris, max_delegation_depth, consent_auth, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12))sql",
        developer.id, developer.name, developer.email, developer.email_verified, developer.mode,
        developer.plan, developer.fido_required, developer.fido_rp_name,
        developer.allowed_redirect_uris, developer.max_delegation_depth, developer.consent_auth,
        developer.created_at
    );
    db.run("INSERT INTO developer_totals (developer_id) VALUES (?1)", developer.id);
    db.run(
        R"sql(
        INSERT INTO totals_by_mode (mode, developers) VALUES (?1, 1)
        ON CONFLICT (mode) DO UPDATE SET developers = developers + 1)sql",
        developer.mode
    );
}

void update_developer(Database& db, Developer const& developer)
{
    db.run(
        R"sql(
        UPDATE developers SET fido_required = ?2, fido_rp_name = ?3, allowed_redirect_uris = ?4,
            max_delegation_depth = ?5, consent_auth = ?6
        WHERE id = ?1)sql",
        developer.id, developer.fido_required, developer.fido_rp_name,
        developer.allowed_redirect_uris, developer.max_delegation_depth, developer.consent_auth
    );
}

void update_plan(Database& db, std::string_view developer_id, std::string_view plan)
{
    db.run("UPDATE developers SET plan = ?2 WHERE id = ?1", developer_id, plan);
}

std::vector<ListedDeveloper> list_developers(Database& db, Page page)
{
    // The condition is true of every row: it says that the key is walked, only as far as the page.
    return db.list<ListedDeveloper>(
        R"sql(
        SELECT id, name, email, mode, plan, created_at
        FROM developers WHERE id > '' ORDER BY id DESC LIMIT ?1 OFFSET ?2)sql",
        page.size, page.offset()
    );
}

std::int64_t count_developers_since(Database& db, Timestamp since)
{
    return db.find<std::int64_t>("SELECT count(*) FROM developers WHERE created_at >= ?1", since)
        .value_or(0);
}

void update_developer_email(Database& db, std::string_view id, std::string_view email)
{
    db.run("UPDATE developers SET email = ?2, email_verified = 1 WHERE id = ?1", id, email);
}

void insert_api_key(
    Database& db, std::string_view key_hash, std::string_view developer_id, Timestamp now
)
{
    db.run(
        "INSERT INTO api_keys (key_hash, developer_id, created_at) VALUES (?1, ?2, ?3)", key_hash,
        developer_id, now
    );
}

bool delete_api_key(Database& db, std::string_view key_hash)
{
    return db.run("DELETE FROM api_keys WHERE key_hash = ?1", key_hash) == 1;
}

int delete_api_keys(Database& db, std::string_view developer_id)
{
    return db.run("DELETE FROM api_keys WHERE developer_id = ?1", developer_id);
}

std::int64_t count_api_keys(Database& db, std::string_view developer_id)
{
    return db
        .find<std::int64_t>("SELECT count(*) FROM api_keys WHERE developer_id = ?1", developer_id)
        .value_or(0);
}

DeveloperTotals find_totals(Database& db, std::string_view developer_id)
{
    return db
        .find<DeveloperTotals>(
            R"sql(
        SELECT agents, grants, audit_entries, audit_logged
        FROM developer_totals WHERE developer_id = ?1)sql",
            developer_id
        )
        .value_or(DeveloperTotals{});
}

void update_totals(Database& db, std::string_view developer_id, DeveloperTotals const& change)
{
    db.run(
        R"sql(
        UPDATE developer_totals
        SET agents = agents + ?2, grants = grants + ?3, audit_entries = audit_entries + ?4,
            audit_logged = audit_logged + ?5
        WHERE developer_id = ?1)sql",
        developer_id, change.agents, change.grants, change.audit_entries, change.audit_logged
    );
    if (change.agents == 0 && change.grants == 0)
        return;
    db.run(
        R"sql(
        UPDATE totals_by_mode SET agents = agents + ?2, grants = grants + ?3
        WHERE mode = (SELECT mode FROM developers WHERE id = ?1))sql",
        developer_id, change.agents, change.grants
    );
}

std::vector<ModeTotals> list_totals(Database& db)
{
    return db.list<ModeTotals>(
        "SELECT mode, developers, agents, grants FROM totals_by_mode ORDER BY mode"
    );
}

std::vector<std::string>
list_developer_ids(Database& db, std::string_view after_id, std::int64_t limit)
{
    return db.list<std::string>(
        "SELECT id FROM developers WHERE id > ?1 ORDER BY id LIMIT ?2", after_id, limit
    );
}

} // namespace storage
