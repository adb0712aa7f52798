#include "server/api/check_principal.hpp"

#include "server/http/error.hpp"
#include "storage/principals.hpp"

namespace api {

bool is_deprovisioned(
    http::Request& request, std::string_view developer_id, std::string_view principal_id
)
{
    return storage::find_deprovisioned_principal(request.db, developer_id, principal_id);
}

void check_principal(
    http::Request& request, std::string_view developer_id, std::string_view principal_id
)
{
    if (is_deprovisioned(request, developer_id, principal_id))
        throw http::principal_deprovisioned();
}

} // namespace api
