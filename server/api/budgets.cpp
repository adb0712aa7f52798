#include "server/api/budgets.hpp"

#include "server/api/emit.hpp"
#include "server/api/note_signals.hpp"
#include "server/rules/audit_chain.hpp"
#include "server/rules/budget_levels.hpp"
#include "storage/budgets.hpp"
#include "storage/grants.hpp"

namespace api {

namespace {

constexpr std::int64_t allocations_max = 1000;
constexpr std::int64_t transactions_max = 200;
constexpr std::int64_t transactions_default = 50;
constexpr std::size_t metadata_bytes_max = 16 * 1024;

// The event catalogue: the level and the amounts under every name that some client reads.
struct ThresholdData
{
    std::string grantId;
    int pct = 0;
    int percentage = 0;
    int thresholdPercent = 0;
    rules::Amount remaining;
    rules::Amount remainingBudget;
    rules::Amount initial;
    rules::Amount initialBudget;
    std::string currency;
    std::string allocationId;
    std::string transactionId;
};
BOOST_DESCRIBE_STRUCT(
    ThresholdData, (),
    (grantId, pct, percentage, thresholdPercent, remaining, remainingBudget, initial, initialBudget,
     currency, allocationId, transactionId)
)

struct ExhaustedData
{
    std::string grantId;
    rules::Amount remaining;
    rules::Amount initial;
    rules::Amount initialBudget;
    std::string currency;
    std::string allocationId;
    std::string transactionId;
};
BOOST_DESCRIBE_STRUCT(
    ExhaustedData, (),
    (grantId, remaining, initial, initialBudget, currency, allocationId, transactionId)
)

AllocationView view(storage::Budget const& budget)
{
    return {
        .id = budget.id,
        .grantId = budget.grant_id,
        .developerId = budget.developer_id,
        .initialBudget = {budget.initial},
        .remainingBudget = {budget.remaining},
        .currency = budget.currency,
        .createdAt = budget.created_at,
        .updatedAt = budget.updated_at};
}

BudgetTransactionView
view(storage::BudgetTransaction const& transaction, storage::Budget const& budget)
{
    return {
        .id = transaction.id,
        .grantId = transaction.grant_id,
        .allocationId = budget.id,
        .amount = {transaction.amount},
        .description = transaction.description,
        .metadata = {transaction.metadata},
        .balanceAfter = {transaction.balance_after},
        .createdAt = transaction.created_at};
}

// Nothing revokes the grant between this and the change: both are in one transaction.
storage::Grant checked_grant(http::Request& request, std::string const& grant_id)
{
    auto const grant = storage::find_grant(request.db, request.caller().id, grant_id);
    if (!grant)
        throw http::not_found("Grant");
    if (grant->status != "active" || grant->expires_at <= request.now)
        throw http::grant_inactive();
    return *grant;
}

std::string metadata_text(DebitBody const& body)
{
    auto text = rules::canonical_metadata(body.metadata.value_or(boost::json::object{}));
    if (!text)
        throw http::bad_request("metadata must hold finite numbers only");
    if (text->size() > metadata_bytes_max)
        throw http::bad_request(
            "metadata must have at most " + std::to_string(metadata_bytes_max) + " bytes"
        );
    return std::move(*text);
}

void emit_crossings(
    http::Request& request, storage::Budget const& after,
    storage::BudgetTransaction const& transaction
)
{
    rules::Amount const initial{after.initial};
    rules::Amount const remaining{after.remaining};
    rules::Amount const before{after.remaining + transaction.amount};
    auto const crossings = rules::crossings_of(initial, before, remaining);
    for (auto const level : crossings.levels)
        emit(
            request, after.developer_id, "budget.threshold",
            ThresholdData{
                .grantId = after.grant_id,
                .pct = level,
                .percentage = level,
                .thresholdPercent = level,
                .remaining = remaining,
                .remainingBudget = remaining,
                .initial = initial,
                .initialBudget = initial,
                .currency = after.currency,
                .allocationId = after.id,
                .transactionId = transaction.id}
        );
    if (crossings.exhausted)
        emit(
            request, after.developer_id, "budget.exhausted",
            ExhaustedData{
                .grantId = after.grant_id,
                .remaining = remaining,
                .initial = initial,
                .initialBudget = initial,
                .currency = after.currency,
                .allocationId = after.id,
                .transactionId = transaction.id}
        );
}

} // namespace

http::Created<AllocationView> allocate_budget(http::Request& request, AllocateBody const& body)
{
    checked_grant(request, body.grantId);
    if (storage::find_budget(request.db, request.caller().id, body.grantId))
        throw http::budget_exists();
    auto const amount = body.initialBudget.value.ten_thousandths;
    storage::Budget const budget{
        .grant_id = body.grantId,
        .id = request.next_id("bdg"),
        .developer_id = request.caller().id,
        .initial = amount,
        .remaining = amount,
        .currency = body.currency.value_or("USD"),
        .debits = 0,
        .created_at = request.now,
        .updated_at = request.now};
    storage::insert_budget(request.db, budget);
    return {view(budget)};
}

DebitResultView debit_budget(http::Request& request, DebitBody const& body)
{
    auto metadata = metadata_text(body);
    auto const grant = checked_grant(request, body.grantId);
    auto const amount = body.amount.value.ten_thousandths;
    auto const budget =
        storage::consume_budget(request.db, request.caller().id, body.grantId, amount, request.now);
    if (!budget)
        throw http::insufficient_budget(body.grantId);
    storage::BudgetTransaction const transaction{
        .grant_id = budget->grant_id,
        .seq = budget->debits,
        .id = request.next_id("btx"),
        .amount = amount,
        .balance_after = budget->remaining,
        .description = body.description,
        .metadata = std::move(metadata),
        .created_at = request.now};
    storage::insert_budget_transaction(request.db, transaction);
    emit_crossings(request, *budget, transaction);
    note_debit_now(request, grant, amount, budget->initial);
    return {
        .remaining = {budget->remaining},
        .transactionId = transaction.id,
        .grantId = transaction.grant_id};
}

AllocationView get_budget_balance(http::Request& request)
{
    auto const budget =
        storage::find_budget(request.db, request.caller().id, request.path("grantId"));
    if (!budget)
        throw http::not_found("Budget");
    return view(*budget);
}

AllocationListView list_budget_allocations(http::Request& request)
{
    auto const& developer_id = request.caller().id;
    AllocationListView list;
    for (auto const& budget :
         storage::list_budgets(request.db, developer_id, request.page(allocations_max)))
        list.allocations.push_back(view(budget));
    list.total = storage::count_budgets(request.db, developer_id);
    return list;
}

// Transactions are numbered without gaps, so a page is a range of numbers.
BudgetTransactionListView list_budget_transactions(http::Request& request)
{
    auto const page = request.exact_page(transactions_max, transactions_default);
    auto const budget =
        storage::find_budget(request.db, request.caller().id, request.path("grantId"));
    BudgetTransactionListView list;
    if (!budget)
        return list;
    list.total = budget->debits;
    for (auto const& transaction : storage::list_budget_transactions(
             request.db, budget->grant_id, budget->debits - page.offset(), page.size
         ))
        list.transactions.push_back(view(transaction, *budget));
    return list;
}

} // namespace api
