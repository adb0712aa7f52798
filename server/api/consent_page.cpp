#include "server/api/consent_page.hpp"

#include "crypto/hash.hpp"
#include "server/api/agents.hpp"
#include "server/api/check_principal.hpp"
#include "server/api/decision.hpp"
#include "server/api/page_security.hpp"
#include "server/api/scope_sections.hpp"
#include "server/rules/display_text.hpp"
#include "server/rules/durations.hpp"
#include "server/rules/redirect_uri.hpp"
#include "server/rules/time_text.hpp"
#include "web/pages.hpp"

namespace api {

namespace {

constexpr std::size_t name_characters_max = 200;
constexpr std::size_t description_characters_max = 600;

http::HtmlPage state_page(
    http::Request const& request, web::ConsentState state, unsigned status = 200,
    std::string_view agent_name = {}
)
{
    return {
        .html = web::render(web::ConsentStatePage{
            .state = state,
            .agent_name = rules::display_text(agent_name, name_characters_max),
            .permissions_host = permissions_host(request)}),
        .status = status,
        .headers = page_headers()};
}

// A page in place of the error body: what a person reads when a request cannot be decided.
http::HtmlPage error_page(
    http::Request& request, http::ApiError const& error, std::string const& id, unsigned status
)
{
    if (error.status == 404)
        return state_page(request, web::ConsentState::unknown, status);
    if (error.code == "CSRF_REJECTED")
        return state_page(request, web::ConsentState::cross_site, status);
    auto const auth = storage::find_auth_request(request.db, id);
    auto const expired = auth && auth->status == "pending" && auth->decide_by <= request.now;
    return state_page(
        request, expired ? web::ConsentState::expired : web::ConsentState::decided, status
    );
}

struct PageState
{
    bool may_decide = true;
    bool may_allow = true;
    std::string problem{};
};

http::HtmlPage open_page(http::Request& request, OpenRequest const& open, PageState const& state)
{
    web::ConsentPage page;
    page.request_id = open.auth.id;
    if (state.may_decide) {
        page.csrf = consent_csrf(request, open.auth);
        page.principal_id = rules::display_text(open.auth.principal_id, name_characters_max);
    }
    page.agent_name = rules::display_text(open.agent.name, name_characters_max);
    page.agent_name_mixes_scripts = rules::mixes_scripts(open.agent.name);
    page.agent_description =
        rules::display_text(open.agent.description, description_characters_max);
    page.agent_did = agent_did(open.agent.id);
    page.developer_name = rules::display_text(open.developer.name, name_characters_max);
    page.sections = scope_sections(open.auth.scopes, open.agent.scopes);
    page.duration_words = rules::duration_words(std::chrono::seconds{open.auth.expires_in_seconds});
    page.audience = rules::display_text(open.auth.audience.value_or(""), name_characters_max);
    if (open.auth.redirect_uri)
        page.redirect_host = rules::redirect_host(*open.auth.redirect_uri);
    page.permissions_host = permissions_host(request);
    page.deadline = rules::time_words(open.auth.decide_by);
    page.may_decide = state.may_decide;
    // Only whoever may decide learns how the person stands.
    page.deprovisioned = state.may_decide &&
                         is_deprovisioned(request, open.auth.developer_id, open.auth.principal_id);
    page.needs_passkey = state.may_decide && open.level == rules::ConsentLevel::passkey;
    page.may_allow = state.may_allow && !page.deprovisioned && !page.needs_passkey;
    page.asks_session =
        page.may_decide && page.may_allow && open.level == rules::ConsentLevel::session;
    page.problem = state.problem;
    auto const origin =
        open.auth.redirect_uri ? rules::redirect_origin(*open.auth.redirect_uri) : std::string{};
    return {.html = web::render(page), .headers = page_headers(origin)};
}

void set_consent_cookie(http::Request const& request, OpenRequest const& open, http::HtmlPage& page)
{
    auto const name = consent_cookie_name(request, open.auth.id);
    auto const seconds =
        std::chrono::duration_cast<std::chrono::seconds>(open.auth.decide_by - request.now);
    page.headers.emplace_back(
        "Set-Cookie",
        name + "=" + consent_cookie_value(request, open.auth) +
            "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(seconds.count()) +
            (name.starts_with("__Host-") ? "; Secure" : "")
    );
}

http::PageOrRedirect decide(http::Request& request, OpenRequest const& open, Decision decision)
{
    std::optional<std::string> code;
    if (decision == Decision::approve) {
        code = approve(request, open.auth);
        if (!code)
            throw http::request_gone();
    } else if (!deny(request, open.auth)) {
        throw http::request_gone();
    }
    if (auto const target = redirect_after(open.auth, code))
        return http::Redirect{.location = *target, .headers = page_headers()};
    return state_page(
        request, code ? web::ConsentState::approved : web::ConsentState::denied, 200,
        open.agent.name
    );
}

// Who runs no script pastes what the app gave them: the whole link, or the token it ends in, with
// the line ends that a mail put into it.
std::string session_in(std::string pasted)
{
    constexpr std::string_view mark = "#session=";
    if (auto const at = pasted.find(mark); at != std::string::npos)
        pasted.erase(0, at + mark.size());
    std::erase_if(pasted, [](unsigned char c) { return c <= ' '; });
    return pasted;
}

Decision read_decision(ConsentForm const& form)
{
    if (form.decision && *form.decision == "approve")
        return Decision::approve;
    if (form.decision && *form.decision == "deny")
        return Decision::deny;
    throw http::bad_request("decision must be approve or deny");
}

// The question again, with what stood in the way. Against a policy only a refusal is left.
http::HtmlPage
refused_page(http::Request& request, OpenRequest const& open, http::ApiError const& error)
{
    auto const may_decide =
        open.level == rules::ConsentLevel::none || has_consent_cookie(request, open.auth);
    auto page = open_page(
        request, open,
        {.may_decide = may_decide,
         .may_allow = error.code != "POLICY_DENIED",
         .problem = error.message + "."}
    );
    page.status = error.status;
    return page;
}

} // namespace

// Always 200: a page that says what is the case (core contract, getConsentPage).
http::HtmlPage get_consent_page(http::Request& request)
{
    auto const id = request.query("req").value_or("");
    try {
        auto const open = find_open_request(request, id);
        if (open.level == rules::ConsentLevel::none)
            return open_page(request, open, {});
        auto const by_link = has_link_secret(request, open.auth, request.query("k").value_or(""));
        auto page = open_page(
            request, open, {.may_decide = by_link || has_consent_cookie(request, open.auth)}
        );
        if (by_link)
            set_consent_cookie(request, open, page);
        return page;
    } catch (http::ApiError const& error) {
        if (error.status == 400)
            throw;
        return error_page(request, error, id, 200);
    }
}

http::PageOrRedirect submit_consent_page(http::Request& request, ConsentForm const& form)
{
    auto const id = form.req ? std::string{*form.req} : std::string{};
    try {
        auto const open = find_open_request(request, id);
        auto const csrf = form.csrf ? std::string{*form.csrf} : std::string{};
        check_same_site(request, open.auth, csrf);
        // The form always carries the value, also at level none, where no cookie is set.
        if (!crypto::equal_constant_time(csrf, consent_csrf(request, open.auth)))
            throw http::cross_site();
        auto const decision = read_decision(form);
        try {
            check_person(
                request, open, decision, form.session ? session_in(*form.session) : std::string{}
            );
            return decide(request, open, decision);
        } catch (http::ApiError const& error) {
            if (error.status != 403)
                throw;
            return refused_page(request, open, error);
        }
    } catch (http::ApiError const& error) {
        if (error.status == 400)
            throw;
        return error_page(request, error, id, error.status);
    }
}

} // namespace api
