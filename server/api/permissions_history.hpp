// The newest audit entries about a person, as lines that can be read.
#pragma once

#include "server/http/request.hpp"
#include "storage/agents.hpp"
#include "web/permissions.hpp"

#include <map>
#include <optional>
#include <string>

namespace api {

// The agents of one developer, each looked up once.
class KnownAgents
{
public:
    KnownAgents(storage::Database& db, std::string developer_id)
        : db_(db), developer_id_(std::move(developer_id))
    {}

    // Nothing when it was deleted or is unknown.
    std::optional<storage::Agent> const& find(std::string const& id);

private:
    storage::Database& db_;
    std::string developer_id_;
    std::map<std::string, std::optional<storage::Agent>, std::less<>> found_;
};

void fill_history(
    http::Request& request, storage::PrincipalSession const& session, KnownAgents& agents,
    web::PermissionsPage& page
);

} // namespace api
