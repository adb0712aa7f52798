#include "server/api/permissions_page.hpp"

#include "server/api/page_security.hpp"
#include "server/api/permissions_list.hpp"
#include "server/api/principal.hpp"
#include "server/api/revocation.hpp"
#include "server/http/principal_session.hpp"
#include "server/rules/time_text.hpp"
#include "server/rules/token_lifetimes.hpp"
#include "web/permissions.hpp"

#include <algorithm>

namespace api {

namespace {

constexpr std::string_view everything = "all"; // no grant has this id
constexpr std::int64_t roots_at_once = 1000;

// Who has the page open, and what their next form must carry.
struct Visitor
{
    storage::PrincipalSession session;
    std::string token;
};

http::HtmlPage html_page(std::string html, unsigned status = 200)
{
    return {.html = std::move(html), .status = status, .headers = page_headers()};
}

// People paste what they have: the link with its fragment, the fragment, or the token. Mail
// programs break long lines, and no token has white space.
std::string pasted_token(std::string text)
{
    std::erase_if(text, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
    static constexpr std::string_view mark = "session=";
    if (auto const start = text.find(mark); start != std::string::npos)
        text.erase(0, start + mark.size());
    return text.substr(0, text.find('&'));
}

http::HtmlPage list_page(http::Request& request, Visitor const& visitor, web::PermissionsPage page)
{
    page.session = visitor.token;
    page.session_until = rules::time_words(visitor.session.expires_at);
    fill_permissions(request, visitor.session, page);
    return html_page(web::render(page), page.already_stopped ? 404 : 200);
}

// Says how many sub-agents are stopped along with a grant: one, or in digits how many.
void set_subs(http::Request& request, std::string const& grant_id, bool& one, std::string& many)
{
    auto const count = storage::count_live_descendants(request.db, grant_id, request.now);
    one = count == 1;
    many = count > 1 ? std::to_string(count) : "";
}

http::HtmlPage ask_page(http::Request& request, Visitor const& visitor, std::string const& id)
{
    auto const grant = find_live_grant(request, visitor.session, id);
    if (!grant && id != everything)
        return list_page(request, visitor, {.already_stopped = true});
    // What a service that only checks signatures may still accept.
    auto const grant_end = grant ? grant->expires_at : storage::Timestamp::max();
    web::StopQuestionPage page{
        .session = visitor.token,
        .grant_id = id,
        .agent_name = {},
        .developer_name = shown_developer(request, visitor.session),
        .offline_until = rules::time_words(
            rules::token_expiry(grant_end, request.now, request.app.config.token_max_ttl)
        )};
    if (grant) {
        page.agent_name = shown_agent(request, *grant);
        set_subs(request, id, page.one_sub, page.subs);
    }
    return html_page(web::render(page));
}

http::HtmlPage stop_one(http::Request& request, Visitor const& visitor, std::string const& id)
{
    auto const grant = find_live_grant(request, visitor.session, id);
    if (!grant)
        return list_page(request, visitor, {.already_stopped = true});
    web::PermissionsPage page{.stopped_agent = shown_agent(request, *grant)};
    set_subs(request, id, page.stopped_one_sub, page.stopped_subs);
    revoke_tree(request, grant->developer_id, grant->id, {.by = "principal"});
    return list_page(request, visitor, std::move(page));
}

// In slices, so that no list grows without bound; all within the transaction of this request.
http::HtmlPage stop_all(http::Request& request, Visitor const& visitor)
{
    auto const& session = visitor.session;
    for (;;) {
        auto const ids = storage::list_live_root_ids(
            request.db, session.developer_id, session.principal_id, request.now, roots_at_once
        );
        if (ids.empty())
            break;
        for (auto const& id : ids)
            revoke_tree(request, session.developer_id, id, {.by = "principal"});
    }
    return list_page(request, visitor, {.stopped_all = true});
}

} // namespace

http::HtmlPage get_permissions_page(http::Request&)
{
    return html_page(web::render(web::PermissionsDoor::closed));
}

http::HtmlPage submit_permissions_page(http::Request& request, PermissionsForm const& form)
{
    // Nobody else knows the session, which is proof enough; a form from elsewhere is refused all
    // the same, so that no site can sign a person in to a page of somebody else.
    if (!is_same_site(request))
        return html_page(web::render(web::PermissionsDoor::cross_site), 403);

    Visitor visitor{.session = {}, .token = pasted_token(form.session.value_or(""))};
    auto session = http::find_session(request.app, request.db, visitor.token, false, request.now);
    if (!session)
        return html_page(web::render(web::PermissionsDoor::invalid), 401);
    visitor.session = std::move(*session);

    if (form.stop)
        return *form.stop == everything ? stop_all(request, visitor)
                                        : stop_one(request, visitor, *form.stop);
    if (form.ask)
        return ask_page(request, visitor, *form.ask);
    return list_page(request, visitor, {});
}

http::Redirect get_principal_dashboard(http::Request&)
{
    return {.status = 302, .location = "/permissions", .headers = page_headers()};
}

} // namespace api
