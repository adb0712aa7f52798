// Budgets of grants and their ledgers. Amounts count ten-thousandths.
#pragma once

#include "storage/database.hpp"
#include "storage/page.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct Budget
{
    std::string grant_id;
    std::string id;
    std::string developer_id;
    std::int64_t initial = 0;
    std::int64_t remaining = 0;
    std::string currency;
    std::int64_t debits = 0; // how many transactions there are
    Timestamp created_at;
    Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(
    Budget, (),
    (grant_id, id, developer_id, initial, remaining, currency, debits, created_at, updated_at)
)

std::optional<Budget>
find_budget(Database& db, std::string_view developer_id, std::string_view grant_id);

// Newest first.
std::vector<Budget> list_budgets(Database& db, std::string_view developer_id, Page page);
std::int64_t count_budgets(Database& db, std::string_view developer_id);

void insert_budget(Database& db, Budget const& budget);

// Takes the amount off, in one conditional update. The budget after it; nothing, and nothing is
// changed, when the grant has none or there is less left.
std::optional<Budget> consume_budget(
    Database& db, std::string_view developer_id, std::string_view grant_id, std::int64_t amount,
    Timestamp now
);

struct BudgetTransaction
{
    std::string grant_id;
    std::int64_t seq = 0; // the budget's `debits` after it
    std::string id;
    std::int64_t amount = 0;
    std::int64_t balance_after = 0;
    std::optional<std::string> description;
    std::string metadata; // JSON object
    Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(
    BudgetTransaction, (),
    (grant_id, seq, id, amount, balance_after, description, metadata, created_at)
)

void insert_budget_transaction(Database& db, BudgetTransaction const& transaction);

// Up to `limit` of them, newest first, from this number downwards.
std::vector<BudgetTransaction> list_budget_transactions(
    Database& db, std::string_view grant_id, std::int64_t newest_seq, std::int64_t limit
);

} // namespace storage
