#include "server/rules/scopes.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

using namespace std::string_view_literals;
using rules::describe_scope;

namespace {

// `kind` is the group, with " high" for high impact.
struct Row
{
    std::string_view scope, sentence, kind;
};

std::string kind_of(rules::ScopeText const& text)
{
    constexpr std::array groups{"read", "change", "send", "spend", "other"};
    return groups.at(static_cast<std::size_t>(text.group)) +
           std::string{text.high_impact ? " high" : ""};
}

void check(auto const& rows)
{
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.scope)
        {
            auto const text = describe_scope(row.scope);
            BOOST_TEST(text.sentence == row.sentence);
            BOOST_TEST(kind_of(text) == row.kind);
            BOOST_TEST(text.standard);
        }
}

// The sentence of such a row is only what the developer named.
void check_not_standard(auto const& rows)
{
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.scope)
        {
            auto const text = describe_scope(row.scope);
            BOOST_TEST(
                text.sentence == "A permission named by the developer: " + std::string{row.sentence}
            );
            BOOST_TEST(kind_of(text) == row.kind);
            BOOST_TEST(!text.standard);
        }
}

} // namespace

BOOST_AUTO_TEST_SUITE(scope_texts)

// Core notes section 5, row by row.
BOOST_AUTO_TEST_CASE(every_standard_scope_has_its_sentence)
{
    // clang-format off
    check(std::to_array<Row>({
        {"calendar:read", "See the events in your calendar", "read"},
        {"calendar:write", "Add, change and remove events in your calendar", "change"},
        {"calendar:delete", "Remove events from your calendar", "change"},
        {"calendar:share", "Share your calendar with others", "change"},
        {"email:read", "Open and read your e-mail", "read"},
        {"email:send", "Send e-mail in your name", "send high"},
        {"email:delete", "Delete e-mail from your mailbox", "change high"},
        {"email:draft", "Prepare e-mail drafts", "change"},
        {"files:read", "Open and read your files and documents", "read"},
        {"files:write", "Add files and change existing ones", "change high"},
        {"files:delete", "Delete your files", "change high"},
        {"files:share", "Share your files with others", "change"},
        {"payments:read", "See your balances and past payments", "read"},
        {"payments:initiate", "Start payments of any size", "spend high"},
        {"payments:initiate:max_250",
         "Start payments of up to 250 in your account currency", "spend high"},
        {"payments:initiate:max_0.5",
         "Start payments of up to 0.5 in your account currency", "spend high"},
        {"payments:approve", "Approve waiting payments", "spend high"},
        {"payments:refund", "Send refunds", "spend high"},
        {"profile:read", "See your profile and identity details", "read"},
        {"profile:write", "Change your profile", "change"},
        {"contacts:read", "See people in your address book", "read"},
        {"contacts:write", "Add and change people in your address book", "change"},
        {"contacts:delete", "Delete people in your address book", "change"},
        {"notifications:read", "See your notifications", "read"},
        {"notifications:send", "Send you notifications", "send"},
        {"notifications:manage", "Change settings of your notifications", "change"},
        {"payments:mpp:inference", "Pay for the use of AI models", "spend"},
        {"payments:mpp:compute", "Pay for computing time", "spend"},
        {"payments:mpp:data", "Pay for data", "spend"},
        {"payments:mpp:storage", "Pay for storage space", "spend"},
        {"payments:mpp:search", "Pay for search services", "spend"},
        {"payments:mpp:media", "Pay for media services", "spend"},
        {"payments:mpp:delivery", "Pay for deliveries", "spend"},
        {"payments:mpp:browser", "Pay for remote browser services", "spend"},
        {"payments:mpp:general", "Pay for other online services", "spend"},
    }));
    // clang-format on
}

BOOST_AUTO_TEST_CASE(database_api_and_admin_scopes_are_always_high_impact)
{
    // clang-format off
    check(std::to_array<Row>({
        {"database:read", "See databases", "read high"},
        {"database:write", "Change databases", "change high"},
        {"database:delete", "Delete databases", "change high"},
        {"database:admin", "Fully control databases", "change high"},
        {"api:read", "See connected services", "read high"},
        {"api:manage", "Manage connected services", "change high"},
        {"admin:read", "See administration settings", "read high"},
        {"admin:write", "Change administration settings", "change high"},
        {"admin:users", "Fully control users", "change high"},
        {"database:read:limit_10", "See databases, at most 10 items", "read high"},
    }));
    check_not_standard(std::to_array<Row>({
        {"database:query", "database query", "other high"},
        {"admin:*", "admin", "other high"},
    }));
    // clang-format on
}

BOOST_AUTO_TEST_CASE(tool_scopes_name_the_connector)
{
    // clang-format off
    check(std::to_array<Row>({
        {"tool:jira:read:*", "In jira: look things up", "read"},
        {"tool:jira:write:issues", "In jira: make changes", "change"},
        {"tool:google_drive:delete:*", "In google drive: delete things", "change high"},
        {"tool:jira:admin:*", "In jira: full control", "change high"},
        {"tool:bank:write:*:capped:500", "In bank: make changes, at most 500 per action", "change"},
        {"tool:bank:admin:*:capped:9.5",
         "In bank: full control, at most 9.5 per action", "change high"},
        {"agenticorg:hubspot:read", "In hubspot: look things up", "read"},
        {"agenticorg:hubspot:write", "In hubspot: make changes", "change"},
        {"agenticorg:hubspot:delete", "In hubspot: delete things", "change high"},
        {"agenticorg:hubspot:admin", "In hubspot: full control", "change high"},
        {"agenticorg:mail:send", "In mail: send things", "send high"},
    }));
    check_not_standard(std::to_array<Row>({
        {"agenticorg:hubspot:dance", "agenticorg hubspot dance", "other"},
        {"tool:jira:read", "tool jira read", "read"},
        {"tool:jira:dance:*", "tool jira dance", "other"},
        {"tool:bank:admin:*:capped:lots", "tool bank admin capped lots", "change high"},
        {"tool:bank:write:*:upto:5", "tool bank write upto 5", "change"},
        {"tool:bank:write:*:capped", "tool bank write capped", "change"},
        {"tool::read:*", "tool read", "read"},
    }));
    // clang-format on
}

BOOST_AUTO_TEST_CASE(constraints_are_told_after_the_sentence)
{
    // clang-format off
    check(std::to_array<Row>({
        {"payments:approve:max_100", "Approve waiting payments, up to 100", "spend high"},
        {"payments:mpp:data:max_5", "Pay for data, up to 5", "spend"},
        {"contacts:read:limit_50", "See people in your address book, at most 50 items", "read"},
        {"contacts:read:limit_1", "See people in your address book, at most 1 item", "read"},
        {"email:read:since_2026-01-01", "Open and read your e-mail, from 2026-01-01 on", "read"},
        {"files:write:folder_tax_2026",
         "Add files and change existing ones, only in folder tax 2026", "change high"},
        {"files:read:max_size_10MB",
         "Open and read your files and documents, files up to 10 MB", "read"},
        {"files:read:max_size_500",
         "Open and read your files and documents, files up to 500", "read"},
        {"calendar:read:max_duration_2h",
         "See the events in your calendar, for at most 2 hours", "read"},
        {"calendar:read:max_duration_30min",
         "See the events in your calendar, for at most 30 min", "read"},
    }));
    // clang-format on
}

BOOST_AUTO_TEST_CASE(a_constraint_that_cannot_be_read_is_never_left_out)
{
    // clang-format off
    check(std::to_array<Row>({
        {"files:read:max_duration_0h",
         "Open and read your files and documents, for at most 0 h", "read"},
    }));
    check_not_standard(std::to_array<Row>({
        {"payments:initiate:max_", "payments initiate max", "spend high"},
        {"payments:initiate:max_5x", "payments initiate max 5x", "spend high"},
        {"payments:initiate:max_-5", "payments initiate max 5", "spend high"},
        {"payments:initiate:max_1.2.3", "payments initiate max 1 2 3", "spend high"},
        {"payments:initiate:max_5:max_6", "payments initiate max 5 max 6", "spend high"},
        {"payments:initiate:max_9999999999999999999",
         "payments initiate max 9999999999999999999", "spend high"},
        {"payments:initiate:", "payments initiate", "spend high"},
        {"payments:mpp:weapons", "payments mpp weapons", "spend high"},
        {"email:send:quietly", "email send quietly", "send high"},
        {"files:read:since_", "files read since", "read"},
        {"files:read:since_forever", "files read since forever", "read"},
        {"files:read:folder_", "files read folder", "read"},
        {"files:read:limit_2.5", "files read limit 2 5", "read"},
        {"files:read:max_size_big", "files read max size big", "read"},
    }));
    // clang-format on
}

BOOST_AUTO_TEST_CASE(custom_scopes_are_told_with_the_verbs)
{
    // clang-format off
    check(std::to_array<Row>({
        {"invoices:read", "See invoices", "read"},
        {"invoices:write", "Change invoices", "change"},
        {"invoices:create", "Create invoices", "change"},
        {"invoices:delete", "Delete invoices", "change high"},
        {"sms:send", "Send sms", "send high"},
        {"expenses:approve", "Approve expenses", "change high"},
        {"crm_contacts:manage", "Manage crm contacts", "change"},
        {"crm-contacts:admin", "Fully control crm contacts", "change high"},
        {"payments:create", "Create payments", "spend high"},
        {"invoices:read:limit_5", "See invoices, at most 5 items", "read"},
        {"com.stripe.charges:create:max_5000",
         "Create charges at stripe.com, up to 5000", "change"},
        {"com.stripe.card_holders:read", "See card holders at stripe.com", "read"},
        {"io.acme-labs.jobs.queue:write", "Change jobs queue at acme-labs.io", "change"},
        {"uk.co.example.orders:read", "See orders at example.co.uk", "read"},
        {"calendar.events:read", "See calendar events", "read"},
    }));
    // clang-format on
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_named_as_the_developers)
{
    // clang-format off
    check_not_standard(std::to_array<Row>({
        {"read", "read", "other"},
        {"write", "write", "other"},
        {"do_it-now.please", "do it now please", "other"},
        {"calendar:*", "calendar", "other"},
        {"calendar:dance", "calendar dance", "other"},
        {"invoices:delete:a:b", "invoices delete a b", "change high"},
        {"Calendar:Read", "Calendar Read", "other"},
        {":read", "read", "read"},
        {"123:read", "123 read", "read"},
        {"com.stripe:read", "com stripe read", "read"},
        {"com.-x.charges:read", "com x charges read", "read"},
        {"com..charges:read", "com charges read", "read"},
        {"reading_nothing_at_all_of_yours:read", "reading nothing at all of yours read", "read"},
    }));
    // clang-format on
}

BOOST_AUTO_TEST_CASE(a_scope_without_letters_and_digits_has_a_sentence_too)
{
    for (auto scope : {"日程"sv, "::"sv, "<>"sv, ""sv})
        BOOST_TEST_CONTEXT(scope)
        {
            auto const text = describe_scope(scope);
            BOOST_TEST(
                text.sentence == "A permission without a readable name, chosen by the developer"
            );
            BOOST_TEST(!text.standard);
        }
}

// Whatever the developer writes, the sentence holds neither markup nor the raw scope.
BOOST_AUTO_TEST_CASE(S_055_hostile_scopes_leave_only_letters_and_digits)
{
    for (auto hostile :
         {"<script>alert(1)</script>"sv, "\"><img/src=x/onerror=alert(1)>"sv, "{{7*7}}"sv,
          "${jndi:ldap://x}"sv, "javascript:alert(1)"sv, "a&lt;b"sv, "'or'1'='1"sv,
          "\xff\xfe\x80"sv, "a\u202eb"sv, "%3Cb%3E"sv, "`id`"sv, "\\u003cb\\u003e"sv})
        for (auto frame :
             {"#"sv, "#:read"sv, "calendar:#"sv, "calendar:read:#"sv, "tool:#:read:*"sv,
              "files:read:folder_#"sv, "email:read:since_#"sv, "email:read:since_2#"sv,
              "files:read:max_size_#"sv, "files:read:max_size_1#"sv, "payments:initiate:max_#"sv,
              "tool:x:read:#"sv, "com.#.x:read"sv, "com.x.#:read"sv, "admin:#"sv,
              "agenticorg:#:read"sv})
        {
            auto scope = std::string{frame};
            scope.replace(scope.find('#'), 1, hostile);
            BOOST_TEST_CONTEXT(scope)
            {
                auto const sentence = describe_scope(scope).sentence;
                BOOST_TEST(sentence.find(hostile) == std::string::npos);
                BOOST_TEST(std::ranges::all_of(sentence, [](char c) {
                    return std::string_view{" ,.:-"}.find(c) != std::string_view::npos ||
                           (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                           (c >= 'A' && c <= 'Z');
                }));
            }
        }
}

BOOST_AUTO_TEST_CASE(a_scope_of_256_bytes_stays_within_its_length)
{
    auto const scope = std::string(256, 'x');
    BOOST_TEST(describe_scope(scope).sentence.size() < 300);
    BOOST_TEST(describe_scope(std::string(256, ':')).sentence.size() < 100);
    BOOST_TEST(describe_scope(scope.substr(0, 200) + ":read").standard == false);
}

BOOST_AUTO_TEST_SUITE_END()
