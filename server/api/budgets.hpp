// Budgets: what a grant may spend, what was spent, and what is left.
#pragma once

#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

struct AllocateBody
{
    static constexpr http::Replay replay{.of_budgets = true};

    http::Line<1, 256> grantId;
    http::AmountInput initialBudget;
    std::optional<http::Currency> currency;
};
BOOST_DESCRIBE_STRUCT(AllocateBody, (), (grantId, initialBudget, currency))

struct DebitBody
{
    static constexpr http::Replay replay{.of_budgets = true, .key_in_metadata = true};

    http::Line<1, 256> grantId;
    http::AmountInput amount;
    std::optional<http::Text<0, 1000>> description;
    std::optional<boost::json::object> metadata; // at most 16 KiB
};
BOOST_DESCRIBE_STRUCT(DebitBody, (), (grantId, amount, description, metadata))

struct AllocationView
{
    std::string id;
    std::string grantId;
    std::string developerId;
    rules::Amount initialBudget;
    rules::Amount remainingBudget;
    std::string currency;
    storage::Timestamp createdAt;
    storage::Timestamp updatedAt;
};
BOOST_DESCRIBE_STRUCT(
    AllocationView, (),
    (id, grantId, developerId, initialBudget, remainingBudget, currency, createdAt, updatedAt)
)

struct AllocationListView
{
    std::vector<AllocationView> allocations;
    std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(AllocationListView, (), (allocations, total))

struct DebitResultView
{
    rules::Amount remaining;
    std::string transactionId;
    std::string grantId;
};
BOOST_DESCRIBE_STRUCT(DebitResultView, (), (remaining, transactionId, grantId))

struct BudgetTransactionView
{
    std::string id;
    std::string grantId;
    std::string allocationId;
    rules::Amount amount;
    http::Nullable<std::string> description;
    http::RawJson metadata;
    rules::Amount balanceAfter;
    storage::Timestamp createdAt;
};
BOOST_DESCRIBE_STRUCT(
    BudgetTransactionView, (),
    (id, grantId, allocationId, amount, description, metadata, balanceAfter, createdAt)
)

struct BudgetTransactionListView
{
    std::vector<BudgetTransactionView> transactions;
    std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(BudgetTransactionListView, (), (transactions, total))

http::Created<AllocationView> allocate_budget(http::Request& request, AllocateBody const& body);
DebitResultView debit_budget(http::Request& request, DebitBody const& body);
AllocationView get_budget_balance(http::Request& request);
AllocationListView list_budget_allocations(http::Request& request);
BudgetTransactionListView list_budget_transactions(http::Request& request);

} // namespace api
