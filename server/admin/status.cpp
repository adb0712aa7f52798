#include "server/admin/status.hpp"

#include "server/process_stats.hpp"
#include "storage/developers.hpp"
#include "storage/migrate.hpp"

#include <unistd.h>

namespace admin {

Answer status(Call& call)
{
    auto& app = call.host.app;
    boost::json::object answer;
    answer["version"] = GRANTEXD_VERSION;
    answer["process"] = ::getpid();
    answer["database"] = app.directory.database().string();
    answer["schemaVersion"] = storage::schema_version(app.reader);
    answer["publicBaseUrl"] = app.config.public_base_url;
    answer["listen"] = app.config.listen;
    answer["configFile"] = app.config.config_file.string();
    std::int64_t developers = 0;
    std::int64_t agents = 0;
    std::int64_t grants = 0;
    for (auto const& totals : storage::list_totals(app.reader)) {
        developers += totals.developers;
        agents += totals.agents;
        grants += totals.grants;
    }
    answer["developers"] = developers;
    answer["agents"] = agents;
    answer["grants"] = grants;
    co_return answer;
}

} // namespace admin
