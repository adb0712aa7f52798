#include "storage/domains.hpp"

namespace storage {

std::vector<Domain> list_domains(Database& db, std::string_view developer_id)
{
    return db.list<Domain>(
        R"sql(
        SELECT id, developer_id, domain, token, created_at, verified_at FROM domains
        WHERE developer_id = ?1 ORDER BY id DESC)sql",
        developer_id
    );
}

std::optional<Domain> find_domain(Database& db, std::string_view developer_id, std::string_view id)
{
    return db.find<Domain>(
        R"sql(
        SELECT id, developer_id, domain, token, created_at, verified_at FROM domains
        WHERE id = ?1 AND developer_id = ?2)sql",
        id, developer_id
    );
}

bool find_domain_conflict(Database& db, std::string_view developer_id, std::string_view domain)
{
    auto const own = db.find<std::string>(
        "SELECT id FROM domains WHERE developer_id = ?1 AND domain = ?2", developer_id, domain
    );
    return own ||
           db.find<std::string>(
                 "SELECT id FROM domains WHERE domain = ?1 AND verified_at IS NOT NULL", domain
           )
               .has_value();
}

void insert_domain(Database& db, Domain const& domain)
{
    db.run(
        R"sql(
        INSERT INTO domains (id, developer_id, domain, token, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5))sql",
        domain.id, domain.developer_id, domain.domain, domain.token, domain.created_at
    );
}

bool update_domain_to_verified(Database& db, Domain const& domain, Timestamp now)
{
    auto const proved_by = db.find<std::string>(
        "SELECT developer_id FROM domains WHERE domain = ?1 AND verified_at IS NOT NULL",
        domain.domain
    );
    if (proved_by && *proved_by != domain.developer_id)
        return false;
    db.run(
        R"sql(
        UPDATE domains SET verified_at = coalesce(verified_at, ?3)
        WHERE id = ?1 AND developer_id = ?2)sql",
        domain.id, domain.developer_id, now
    );
    return true;
}

bool delete_domain(Database& db, std::string_view developer_id, std::string_view id)
{
    return db.run("DELETE FROM domains WHERE id = ?1 AND developer_id = ?2", id, developer_id) == 1;
}

} // namespace storage
