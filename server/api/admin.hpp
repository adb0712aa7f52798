// What the operator of the server sees of its developers, and sets for them.
#pragma once

#include "server/api/me.hpp"
#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

// A mode that no developer has is left out.
struct DevelopersByModeView
{
    std::optional<std::int64_t> live;
    std::optional<std::int64_t> sandbox;
};
BOOST_DESCRIBE_STRUCT(DevelopersByModeView, (), (live, sandbox))

struct AdminStatsView
{
    std::int64_t totalDevelopers = 0;
    std::int64_t last24h = 0; // developers made in that span
    std::int64_t last7d = 0;
    std::int64_t last30d = 0;
    DevelopersByModeView byMode;
    std::int64_t totalAgents = 0; // not deleted
    std::int64_t totalGrants = 0; // ever made
};
BOOST_DESCRIBE_STRUCT(
    AdminStatsView, (),
    (totalDevelopers, last24h, last7d, last30d, byMode, totalAgents, totalGrants)
)

struct AdminDeveloperView
{
    std::string id;
    std::string name;
    http::Nullable<std::string> email;
    Mode mode;
    Plan plan;
    storage::Timestamp createdAt;
};
BOOST_DESCRIBE_STRUCT(AdminDeveloperView, (), (id, name, email, mode, plan, createdAt))

struct AdminDeveloperListView
{
    std::vector<AdminDeveloperView> developers;
    std::int64_t total = 0;
    std::int64_t page = 0;
    std::int64_t pageSize = 0;
};
BOOST_DESCRIBE_STRUCT(AdminDeveloperListView, (), (developers, total, page, pageSize))

struct SetPlanBody
{
    Plan plan;
};
BOOST_DESCRIBE_STRUCT(SetPlanBody, (), (plan))

struct PlanView
{
    std::string developerId;
    std::string plan;
};
BOOST_DESCRIBE_STRUCT(PlanView, (), (developerId, plan))

AdminStatsView admin_stats(http::Request& request);
AdminDeveloperListView admin_list_developers(http::Request& request);
PlanView admin_set_plan(http::Request& request, SetPlanBody const& body);

} // namespace api
