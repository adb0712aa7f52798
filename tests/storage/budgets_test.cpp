// Budgets in the database: the conditional update, and what the tables themselves refuse.
#include "storage/budgets.hpp"
#include "tests/storage/open_store.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct OneBudget : Store
{
    OneBudget()
    {
        add_developer("dev_2");
        grant("g1", "ag_1");
        budget.grant_id = "g1";
        budget.id = "bdg_1";
        budget.developer_id = "dev_1";
        budget.initial = budget.remaining = 10;
        budget.currency = "EUR";
        budget.created_at = budget.updated_at = start_time;
        storage::insert_budget(writer, budget);
    }

    std::optional<storage::Budget> consume(std::int64_t amount, char const* developer = "dev_1")
    {
        return storage::consume_budget(
            writer, developer, "g1", amount, start_time + std::chrono::hours{1}
        );
    }
    storage::Budget now() { return storage::find_budget(reader, "dev_1", "g1").value(); }

    storage::Budget budget;
};

} // namespace

BOOST_AUTO_TEST_SUITE(budgets)

BOOST_FIXTURE_TEST_CASE(a_budget_is_consumed_down_to_nothing_and_no_further, OneBudget)
{
    auto const first = consume(4);
    BOOST_REQUIRE(first);
    BOOST_TEST(first->remaining == 6);
    BOOST_TEST(first->debits == 1);
    BOOST_TEST((first->updated_at == start_time + std::chrono::hours{1}));
    BOOST_TEST(!consume(7));
    BOOST_TEST(now().remaining == 6);
    BOOST_TEST(now().debits == 1);
    BOOST_TEST(consume(6)->remaining == 0);
    BOOST_TEST(!consume(1));
    BOOST_TEST(now().initial == 10);
    BOOST_TEST(now().debits == 2);
}

BOOST_FIXTURE_TEST_CASE(a_budget_belongs_to_its_developer, OneBudget)
{
    BOOST_TEST(!consume(1, "dev_2"));
    BOOST_TEST(!storage::find_budget(reader, "dev_2", "g1"));
    BOOST_TEST(storage::list_budgets(reader, "dev_2", {}).empty());
    BOOST_TEST(storage::count_budgets(reader, "dev_2") == 0);
    BOOST_TEST(now().remaining == 10);
}

BOOST_FIXTURE_TEST_CASE(the_tables_refuse_what_no_code_should_try, OneBudget)
{
    BOOST_CHECK_THROW(consume(-1), SQLite::Exception); // more than was given
    BOOST_CHECK_THROW(storage::insert_budget(writer, budget), SQLite::Exception); // a second one
    storage::BudgetTransaction transaction;
    transaction.grant_id = "g1";
    transaction.seq = 1;
    transaction.id = "btx_1";
    transaction.amount = 1;
    transaction.metadata = "{}";
    transaction.created_at = start_time;
    storage::insert_budget_transaction(writer, transaction);
    BOOST_CHECK_THROW(
        storage::insert_budget_transaction(writer, transaction), SQLite::Exception
    ); // the same number
    transaction.seq = 2;
    transaction.amount = 0;
    BOOST_CHECK_THROW(storage::insert_budget_transaction(writer, transaction), SQLite::Exception);
    BOOST_TEST(storage::list_budget_transactions(reader, "g1", 9, 9).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
