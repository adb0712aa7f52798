#include "server/api/admin.hpp"

#include "server/api/append_audit.hpp"

namespace api {

namespace {

constexpr std::int64_t page_size_max = 100;
constexpr std::int64_t page_size_default = 50;

} // namespace

AdminStatsView admin_stats(http::Request& request)
{
    using std::chrono::days;
    auto const made_within = [&](days span) {
        return storage::count_developers_since(request.db, request.now - span);
    };
    AdminStatsView stats;
    stats.last24h = made_within(days{1});
    stats.last7d = made_within(days{7});
    stats.last30d = made_within(days{30});
    for (auto const& totals : storage::list_totals(request.db)) {
        stats.totalDevelopers += totals.developers;
        stats.totalAgents += totals.agents;
        stats.totalGrants += totals.grants;
        (totals.mode == "live" ? stats.byMode.live : stats.byMode.sandbox) = totals.developers;
    }
    return stats;
}

AdminDeveloperListView admin_list_developers(http::Request& request)
{
    auto const page = request.page(page_size_max, page_size_default);
    AdminDeveloperListView list{
        .developers = {}, .total = 0, .page = page.number, .pageSize = page.size};
    for (auto const& totals : storage::list_totals(request.db))
        list.total += totals.developers;
    for (auto const& developer : storage::list_developers(request.db, page))
        list.developers.push_back(
            {.id = developer.id,
             .name = developer.name,
             .email = developer.email,
             .mode = developer.mode,
             .plan = developer.plan,
             .createdAt = developer.created_at}
        );
    return list;
}

// Every request reads its developer's row, so the next one has the new quotas and rates. The
// developer finds in its own chain who changed what; also when it was the same plan again.
PlanView admin_set_plan(http::Request& request, SetPlanBody const& body)
{
    auto const developer = storage::find_developer(request.db, request.path("developerId"));
    if (!developer)
        throw http::not_found("Developer");
    storage::update_plan(request.db, developer->id, body.plan);
    append_account_audit(
        request, developer->id, "admin.plan.changed",
        R"({"plan":")" + body.plan + R"(","previousPlan":")" + developer->plan +
            R"(","source":"server"})"
    );
    return {developer->id, body.plan};
}

} // namespace api
