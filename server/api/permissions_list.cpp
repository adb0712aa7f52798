#include "server/api/permissions_list.hpp"

#include "crypto/ids.hpp"
#include "server/api/agents.hpp"
#include "server/api/permissions_history.hpp"
#include "server/api/scope_sections.hpp"
#include "server/rules/display_text.hpp"
#include "server/rules/time_text.hpp"
#include "storage/agents.hpp"
#include "storage/audit.hpp"
#include "storage/refresh_tokens.hpp"

#include <algorithm>
#include <map>

namespace api {

namespace {

constexpr std::size_t name_characters_max = 200;
constexpr std::size_t description_characters_max = 600;
constexpr std::size_t grants_max = 1000;
constexpr std::int64_t uses_max = 100; // counted a grant
constexpr auto recent = std::chrono::days{7};

// A grant, what is known of it, and where it stands.
struct Node
{
    storage::Grant grant;
    web::GrantRow row{};
    bool high_impact = false;
    std::optional<storage::Timestamp> last_used{};
    std::vector<std::size_t> children{};
};

// The audit log knows what was reported. That the agent came for a new token is a use, too.
std::optional<storage::Timestamp>
last_use(http::Request& request, Node const& node, storage::GrantUse const& use)
{
    auto last = use.last;
    auto const refresh = storage::find_current_refresh_id(request.db, node.grant.id);
    auto const renewed = refresh ? crypto::id_time(*refresh) : std::nullopt;
    // The first token came with the grant.
    if (renewed && *renewed >= node.grant.issued_at + std::chrono::seconds{1})
        last = std::max(last.value_or(*renewed), *renewed);
    return last;
}

void fill_use(http::Request& request, Node& node)
{
    auto const use = storage::find_grant_use(
        request.db, node.grant.developer_id, node.grant.id, request.now - recent, uses_max
    );
    node.last_used = last_use(request, node, use);
    auto& row = node.row;
    row.last_used = node.last_used ? rules::time_words(*node.last_used) : "";
    row.used_once = use.recent == 1;
    row.uses = use.recent > 1 ? std::to_string(use.recent) : "";
    row.uses_and_more = use.recent == uses_max;
}

Node node_of(
    http::Request& request, storage::Grant grant, std::optional<storage::Agent> const& agent
)
{
    Node node{.grant = std::move(grant)};
    auto const& own = node.grant;
    auto& row = node.row;
    row.grant_id = own.id;
    row.agent_did = agent_did(own.agent_id);
    row.agent_name = rules::display_text(agent ? agent->name : row.agent_did, name_characters_max);
    row.agent_name_mixes_scripts = agent && rules::mixes_scripts(agent->name);
    if (agent)
        row.agent_description = rules::display_text(agent->description, description_characters_max);
    row.sections = scope_sections(own.scopes, agent ? agent->scopes : own.scopes);
    for (auto const& section : row.sections)
        node.high_impact =
            node.high_impact ||
            std::ranges::any_of(section.scopes, [](auto const& line) { return line.high_impact; });
    row.audience = rules::display_text(own.audience.value_or(""), name_characters_max);
    row.since = rules::time_words(own.issued_at);
    row.until = rules::time_words(own.expires_at);
    fill_use(request, node);
    return node;
}

// What the page says first, of any two: the one of high impact, then the one used last.
bool stands_before(Node const& one, Node const& other)
{
    auto const rank = [](Node const& node) {
        return std::tuple{
            node.high_impact, node.last_used.value_or(node.grant.issued_at), node.grant.id};
    };
    return rank(one) > rank(other);
}

class Tree
{
public:
    explicit Tree(std::vector<Node> nodes) : nodes_(std::move(nodes))
    {
        std::ranges::sort(nodes_, stands_before);
        std::map<std::string_view, std::size_t> places;
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            places[nodes_[i].grant.id] = i;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            // A parent beyond the limit of the page leaves its children at the top.
            auto const parent = places.find(nodes_[i].grant.parent_id.value_or(""));
            (parent == places.end() ? roots_ : nodes_[parent->second].children).push_back(i);
        }
    }

    // Each grant before what was delegated from it.
    std::vector<web::GrantRow> rows() &&
    {
        for (auto const root : roots_)
            append(nodes_[root], true, false);
        return std::move(rows_);
    }

private:
    // Delegation is at most ten deep, hence so is this.
    void append(Node& node, bool root, bool first)
    {
        node.row.root = root;
        node.row.opens_list = first;
        node.row.closes_item = node.children.empty();
        rows_.push_back(std::move(node.row));
        for (auto const child : node.children)
            append(nodes_[child], false, child == node.children.front());
        if (!node.children.empty())
            rows_.back().list_ends.emplace_back();
    }

    std::vector<Node> nodes_;
    std::vector<std::size_t> roots_;
    std::vector<web::GrantRow> rows_;
};

} // namespace

void fill_permissions(
    http::Request& request, storage::PrincipalSession const& session, web::PermissionsPage& page
)
{
    page.principal_id = rules::display_text(session.principal_id, name_characters_max);
    page.developer_name = shown_developer(request, session);

    KnownAgents agents{request.db, session.developer_id};
    auto grants = storage::list_live_grants(
        request.db, session.developer_id, session.principal_id, request.now, grants_max + 1
    );
    if (grants.size() > grants_max) {
        grants.resize(grants_max);
        page.rows_max = std::to_string(grants_max);
    }
    std::vector<Node> nodes;
    for (auto& grant : grants) {
        auto const& agent = agents.find(grant.agent_id);
        nodes.push_back(node_of(request, std::move(grant), agent));
    }
    page.rows = Tree{std::move(nodes)}.rows();
    page.any_rows = !page.rows.empty();
    fill_history(request, session, agents, page);
}

std::string shown_agent(http::Request& request, storage::Grant const& grant)
{
    auto const agent = storage::find_agent(request.db, grant.developer_id, grant.agent_id);
    return rules::display_text(
        agent ? agent->name : agent_did(grant.agent_id), name_characters_max
    );
}

std::string shown_developer(http::Request& request, storage::PrincipalSession const& session)
{
    auto const developer = storage::find_developer(request.db, session.developer_id);
    return rules::display_text(developer.value().name, name_characters_max);
}

} // namespace api
