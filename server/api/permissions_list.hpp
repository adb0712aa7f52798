// What the permissions page tells a person: the grants as a tree, the riskiest first, and the
// newest entries of the audit log.
#pragma once

#include "server/http/request.hpp"
#include "storage/grants.hpp"
#include "web/permissions.hpp"

#include <string>

namespace api {

// Fills in the person, the developer, the rows and the history.
void fill_permissions(
    http::Request& request, storage::PrincipalSession const& session, web::PermissionsPage& page
);

// Names as they may be shown.
std::string shown_agent(http::Request& request, storage::Grant const& grant);
std::string shown_developer(http::Request& request, storage::PrincipalSession const& session);

} // namespace api
