#include "web/permissions.hpp"

#include "web/docs_page.hpp"
#include "web/template.hpp"

#include <algorithm>
#include <boost/describe/class.hpp>

namespace web {

BOOST_DESCRIBE_STRUCT(ScopeLine, (), (sentence, high_impact, undeclared, standard))
BOOST_DESCRIBE_STRUCT(ScopeSection, (), (heading, scopes))
BOOST_DESCRIBE_STRUCT(
    ConsentPage, (),
    (request_id, csrf, agent_name, agent_name_mixes_scripts, agent_description, agent_did,
     developer_name, developer_verified, principal_id, sections, duration_words, audience,
     redirect_host, deadline, permissions_host, may_decide, may_allow, deprovisioned, needs_passkey,
     asks_session, problem)
)
BOOST_DESCRIBE_STRUCT(ListEnd, (), ())
BOOST_DESCRIBE_STRUCT(
    GrantRow, (),
    (grant_id, agent_name, agent_name_mixes_scripts, agent_description, agent_did, sections,
     audience, since, until, last_used, used_once, uses, uses_and_more, root, opens_list,
     closes_item, list_ends)
)
BOOST_DESCRIBE_STRUCT(HistoryDetail, (), (name, value))
BOOST_DESCRIBE_STRUCT(
    HistoryLine, (), (agent_name, action, time, success, failure, blocked, details, more_details)
)
BOOST_DESCRIBE_STRUCT(
    PermissionsPage, (),
    (session, session_until, principal_id, developer_name, any_rows, rows, rows_max, any_history,
     history, history_max, stopped_agent, stopped_one_sub, stopped_subs, stopped_all,
     already_stopped)
)
BOOST_DESCRIBE_STRUCT(
    StopQuestionPage, (),
    (session, grant_id, agent_name, developer_name, one_sub, subs, offline_until)
)

namespace {

struct PermissionsDoorView
{
    bool closed;
    bool invalid;
    bool cross_site;
};
BOOST_DESCRIBE_STRUCT(PermissionsDoorView, (), (closed, invalid, cross_site))

// The state as flags, of which one is set: that is what a template can ask.
struct ConsentStateView
{
    std::string agent_name;
    std::string permissions_host;
    bool approved;
    bool denied;
    bool expired;
    bool decided;
    bool unknown;
    bool cross_site;
};
BOOST_DESCRIBE_STRUCT(
    ConsentStateView, (),
    (agent_name, permissions_host, approved, denied, expired, decided, unknown, cross_site)
)

std::string_view locale_text(std::string_view name)
{
    auto const file = std::ranges::find(files(), name, &EmbeddedFile::name);
    if (file == files().end())
        throw LocaleError("no such language: " + std::string(name));
    return file->text;
}

// Every page in one language.
struct Pages
{
    explicit Pages(std::string_view locale_file)
        : locale(locale_text(locale_file)),
          sources{files(), locale, {{"asset_version", std::string(asset_version())}}},
          consent(sources, "consent"), consent_state(sources, "consent_state"),
          permissions_door(sources, "permissions_door"), permissions(sources, "permissions"),
          stop_question(sources, "stop_question"),
          docs(sources, "docs")
    {}

    Locale locale;
    TemplateSources sources;
    Template<ConsentPage> consent;
    Template<ConsentStateView> consent_state;
    Template<PermissionsDoorView> permissions_door;
    Template<PermissionsPage> permissions;
    Template<StopQuestionPage> stop_question;
    Template<DocsPage> docs;
};

Pages const& english()
{
    static Pages const pages("en.txt");
    return pages;
}

} // namespace

void compile_pages()
{
    english();
}

std::string render(ConsentPage const& page)
{
    return english().consent.render(page);
}

std::string render(ConsentStatePage const& page)
{
    auto const is = [&](ConsentState state) { return page.state == state; };
    return english().consent_state.render({
        .agent_name = page.agent_name,
        .permissions_host = page.permissions_host,
        .approved = is(ConsentState::approved),
        .denied = is(ConsentState::denied),
        .expired = is(ConsentState::expired),
        .decided = is(ConsentState::decided),
        .unknown = is(ConsentState::unknown),
        .cross_site = is(ConsentState::cross_site),
    });
}

std::string render(PermissionsDoor state)
{
    return english().permissions_door.render({
        .closed = state == PermissionsDoor::closed,
        .invalid = state == PermissionsDoor::invalid,
        .cross_site = state == PermissionsDoor::cross_site,
    });
}

std::string render(PermissionsPage const& page)
{
    return english().permissions.render(page);
}

std::string render(StopQuestionPage const& page)
{
    return english().stop_question.render(page);
}

std::string render(DocsPage const& page)
{
    return english().docs.render(page);
}

} // namespace web
