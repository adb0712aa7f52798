#include "storage/budgets.hpp"

namespace storage {

std::optional<Budget>
find_budget(Database& db, std::string_view developer_id, std::string_view grant_id)
{
    return db.find<Budget>(
        R"sql(
        SELECT grant_id, id, developer_id, initial, remaining, currency, debits, created_at,
               updated_at
        FROM budgets WHERE grant_id = ?1 AND developer_id = ?2)sql",
        grant_id, developer_id
    );
}

std::vector<Budget> list_budgets(Database& db, std::string_view developer_id, Page page)
{
    return db.list<Budget>(
        R"sql(
        SELECT grant_id, id, developer_id, initial, remaining, currency, debits, created_at,
               updated_at
        FROM budgets WHERE developer_id = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3)sql",
        developer_id, page.size, page.offset()
    );
}

std::int64_t count_budgets(Database& db, std::string_view developer_id)
{
    return *db.find<std::int64_t>(
        "SELECT count(*) FROM budgets WHERE developer_id = ?1", developer_id
    );
}

void insert_budget(Database& db, Budget const& budget)
{
    db.run(
        R"sql(
        INSERT INTO budgets (grant_id, id, developer_id, initial, remaining, currency, debits,
            created_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9))sql",
        budget.grant_id, budget.id, budget.developer_id, budget.initial, budget.remaining,
        budget.currency, budget.debits, budget.created_at, budget.updated_at
    );
}

std::optional<Budget> consume_budget(
    Database& db, std::string_view developer_id, std::string_view grant_id, std::int64_t amount,
    Timestamp now
)
{
    return db.find<Budget>(
        R"sql(
        UPDATE budgets SET remaining = remaining - ?3, debits = debits + 1, updated_at = ?4
        WHERE grant_id = ?1 AND developer_id = ?2 AND remaining >= ?3
        RETURNING grant_id, id, developer_id, initial, remaining, currency, debits, created_at,
            updated_at)sql",
        grant_id, developer_id, amount, now
    );
}

void insert_budget_transaction(Database& db, BudgetTransaction const& transaction)
{
    db.run(
        R"sql(
        INSERT INTO budget_transactions (grant_id, seq, id, amount, balance_after, description,
            metadata, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))sql",
        transaction.grant_id, transaction.seq, transaction.id, transaction.amount,
        transaction.balance_after, transaction.description, transaction.metadata,
        transaction.created_at
    );
}

std::vector<BudgetTransaction> list_budget_transactions(
    Database& db, std::string_view grant_id, std::int64_t newest_seq, std::int64_t limit
)
{
    return db.list<BudgetTransaction>(
        R"sql(
        SELECT grant_id, seq, id, amount, balance_after, description, metadata, created_at
        FROM budget_transactions WHERE grant_id = ?1 AND seq <= ?2
        ORDER BY seq DESC LIMIT ?3)sql",
        grant_id, newest_seq, limit
    );
}

} // namespace storage
