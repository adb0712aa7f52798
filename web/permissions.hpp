// The page on which a person looks at what agents may do in their name, and stops them. All its
// states are server-rendered and carry the session in a hidden field of their one form.
#pragma once

#include "web/pages.hpp"

namespace web {

// The states without a session: a form that takes the link, and why it has to be given (again).
enum class PermissionsDoor
{
    closed,    // nobody said who they are
    invalid,   // the link is wrong, has expired or was ended
    cross_site // the form came from another site
};

struct ListEnd
{};

// A grant, in the order of the tree: behind the grant it was delegated from.
struct GrantRow
{
    std::string grant_id{};
    std::string agent_name{};
    bool agent_name_mixes_scripts = false;
    std::string agent_description{}; // may be empty
    std::string agent_did{};
    std::vector<ScopeSection> sections{};
    std::string audience{};  // empty: any service that trusts this server; said at the root
    std::string since{};     // "24 Nov 2026, 09:10 UTC"
    std::string until{};     //
    std::string last_used{}; // empty: nothing is known of a use
    // How often in the last seven days: neither is said when both are unset.
    bool used_once = false;
    std::string uses{};         // "3"
    bool uses_and_more = false; // `uses` is where counting ended

    // Its place: a list is opened before the first sub-agent, and lists end behind the last ones.
    bool root = true;
    bool opens_list = false;
    bool closes_item = true; // no sub-agent follows
    std::vector<ListEnd> list_ends{};
};

struct HistoryDetail
{
    std::string name{};
    std::string value{};
};

// An entry of the audit log.
struct HistoryLine
{
    std::string agent_name{};
    std::string action{}; // "calendar read"
    std::string time{};
    bool success = false; // one of these three
    bool failure = false;
    bool blocked = false;
    std::vector<HistoryDetail> details{};
    bool more_details = false;
};

struct PermissionsPage
{
    std::string session{};
    std::string session_until{};
    std::string principal_id{};
    std::string developer_name{};
    bool any_rows = false;
    std::vector<GrantRow> rows{};
    std::string rows_max{}; // set when there are more than are shown: how many are
    bool any_history = false;
    std::vector<HistoryLine> history{}; // newest first
    std::string history_max{};          // likewise

    // What was just done, at most one of these.
    std::string stopped_agent{};  // its name
    bool stopped_one_sub = false; // and its only sub-agent, or
    std::string stopped_subs{};   // and so many
    bool stopped_all = false;
    bool already_stopped = false; // what was to be stopped is no active grant of this person
};

// Asks before stopping one grant, or everything when no agent is named.
struct StopQuestionPage
{
    std::string session{};
    std::string grant_id{};   // "all" for everything
    std::string agent_name{}; // empty: everything
    std::string developer_name{};
    bool one_sub = false; // sub-agents, as above
    std::string subs{};
    std::string offline_until{}; // until when a service that does not ask us may accept a token
};

std::string render(PermissionsDoor state);
std::string render(PermissionsPage const& page);
std::string render(StopQuestionPage const& page);

} // namespace web
