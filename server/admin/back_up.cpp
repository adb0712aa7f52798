#include "server/admin/back_up.hpp"

#include "server/jobs/back_up.hpp"

namespace admin {

Answer back_up(Call& call)
{
    auto const report = co_await jobs::back_up(call.host);
    co_return backup::to_json(report);
}

} // namespace admin
