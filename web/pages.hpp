// The pages people see: one described struct and one function a page, all server-rendered, all
// usable without script. Every value is text; the template escapes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace web {

struct ScopeLine
{
    std::string sentence;
    bool high_impact = false;
    bool undeclared = false; // the agent does not declare it
    bool standard = true;    // false: "not a standard permission"
};

struct ScopeSection
{
    std::string heading; // "See", "Change", "Send in your name", "Spend"
    std::vector<ScopeLine> scopes;
};

// A pending request that this browser may decide (or only look at, when may_decide is false).
struct ConsentPage
{
    std::string request_id;
    std::string csrf; // hidden field; empty at level none
    std::string agent_name;
    bool agent_name_mixes_scripts = false;
    std::string agent_description; // may be empty
    std::string agent_did;
    std::string developer_name;
    bool developer_verified = false;
    std::string principal_id; // empty for a browser that has not shown the link's secret
    std::vector<ScopeSection> sections;
    std::string duration_words; // "24 hours"
    std::string audience;       // empty: any service that trusts this server
    std::string redirect_host;  // empty: the person stays on this page
    std::string deadline;       // "24 Nov 2026, 09:10 UTC"
    std::string permissions_host; // "auth.example.com/permissions"
    bool may_decide = true;     // false: the link's secret is missing or wrong
    bool may_allow = true;      // false: only a refusal is possible, and one of these says why
    bool deprovisioned = false; // the principal's organisation has switched it off
    bool needs_passkey = false; // and this server has no way to ask for one
    bool asks_session = false;  // to allow takes a session: there is a field for it
    std::string problem; // sentence under the question after a refused decision; may be empty
};

// The other states of the same page.
enum class ConsentState
{
    approved, // decided here, no redirect URI
    denied,
    expired,    // past the deadline
    decided,    // someone decided before
    unknown,    // no such request, or none given
    cross_site, // the decision came from another site
};

struct ConsentStatePage
{
    ConsentState state;
    std::string agent_name; // empty when not known
    std::string permissions_host;
};

// Compiles every template, so that a mistake in one stops the start and not the first visitor.
// Without it the first render() does so. Throws TemplateError or LocaleError (std::logic_error).
void compile_pages();

std::string render(ConsentPage const& page);
std::string render(ConsentStatePage const& page);

// Content of /assets/<name>, with its content type; nothing for unknown names. `version` is part of
// the URL the pages use (/assets/<version>/style.css), so that assets may be cached for good.
struct Asset
{
    std::string_view text;
    std::string_view content_type;
};
std::optional<Asset> find_asset(std::string_view name);
std::string_view asset_version();

// `sha256-...` sources for the Content-Security-Policy are not needed: pages have no inline style
// or script, only same-origin files.

} // namespace web
