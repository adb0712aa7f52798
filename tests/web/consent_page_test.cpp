#include "tests/web/markup.hpp"
#include "tests/web/page_rules.hpp"
#include "tests/web/sample_page.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

using web::ConsentState;

namespace {

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

constexpr ConsentState states[] = {ConsentState::approved, ConsentState::denied,
                                   ConsentState::expired,  ConsentState::decided,
                                   ConsentState::unknown,  ConsentState::cross_site};

// One rendering of everything a person can be shown.
std::vector<std::string> all_pages()
{
    auto problem = sample_page();
    problem.problem = "It went wrong.";
    problem.agent_name_mixes_scripts = true;
    problem.developer_verified = false;
    auto look_only = sample_page();
    look_only.may_decide = false;

    std::vector<std::string> pages = {render(sample_page()), render(problem), render(look_only)};
    for (auto const state : states) {
        pages.push_back(render(web::ConsentStatePage{state, "Trip Planner", "example.com/p"}));
        pages.push_back(render(web::ConsentStatePage{state, "", "example.com/p"}));
    }
    return pages;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_template_and_sentence_compiles)
{
    BOOST_CHECK_NO_THROW(web::compile_pages());
}

BOOST_AUTO_TEST_CASE(S_053_the_page_says_who_asks_for_what_and_for_how_long)
{
    auto const document = markup::read(render(sample_page()));
    constexpr std::string_view required[] = {
        "Let Trip Planner act for you?",
        "Finds and books trips",
        "did:grantex:ag_01HZX3V7Q2M4N6P8R0S2T4V6W8",
        "Nimbus Travel verified",
        "maria@example.com",
        "See See the events in your calendar",
        "Change Add and change events not declared by this agent",
        "Spend Start payments of up to 250 High impact",
        "A permission named by the developer: points not a standard permission",
        "For up to 24 hours, counted from when the app picks up your answer.",
        "Only at https://api.bookings.example",
        "You will return to app.nimbus.example",
        "You can stop this any time at auth.example.com/permissions, with a link from Nimbus",
        "24 Nov 2026, 09:10 UTC",
    };
    for (auto const& text : required) {
        BOOST_TEST_CONTEXT(text)
        BOOST_TEST(contains(document.text, text));
    }
    BOOST_TEST(document.title == "Authorization Request");
}

BOOST_AUTO_TEST_CASE(marks_stand_only_at_what_they_mark)
{
    auto page = sample_page();
    page.sections = {{"See", {{.sentence = "See the events in your calendar"}}}};
    auto const text = markup::read(render(page)).text;
    for (auto const* mark :
         {"High impact", "not declared", "not a standard", "not verified", "alphabets",
          "Error:", "cannot decide"})
    {
        BOOST_TEST_CONTEXT(mark)
        BOOST_TEST(!contains(text, mark));
    }
}

BOOST_AUTO_TEST_CASE(doubts_are_said)
{
    auto page = sample_page();
    page.developer_verified = false;
    page.agent_name_mixes_scripts = true;
    auto const text = markup::read(render(page)).text;
    BOOST_TEST(contains(text, "Nimbus Travel not verified"));
    BOOST_TEST(contains(text, "mixes letters of different alphabets"));
}

BOOST_AUTO_TEST_CASE(empty_parts_are_left_out_or_said_in_words)
{
    auto page = sample_page();
    page.agent_description.clear();
    page.audience.clear();
    page.redirect_host.clear();
    page.sections.clear();
    auto const document = markup::read(render(page));
    BOOST_TEST(!contains(document.text, "developer's words"));
    BOOST_TEST(document.named("q").empty());
    BOOST_TEST(contains(document.text, "At any service that trusts this server."));
    BOOST_TEST(contains(document.text, "You will stay on this website."));
    BOOST_TEST(!contains(document.text, "You will return to"));
    BOOST_TEST(contains(document.text, "It asks for no particular permission."));
}

BOOST_AUTO_TEST_CASE(the_form_posts_request_csrf_and_one_of_two_decisions)
{
    auto const document = markup::read(render(sample_page()));

    auto const forms = document.named("form");
    BOOST_REQUIRE(forms.size() == 1U);
    BOOST_TEST(forms[0].attribute("method") == "post");
    BOOST_TEST(forms[0].attribute("action") == "/consent");

    auto const inputs = document.named("input");
    BOOST_REQUIRE(inputs.size() == 2U);
    BOOST_TEST(inputs[0].attribute("type") == "hidden");
    BOOST_TEST(inputs[0].attribute("name") == "req");
    BOOST_TEST(inputs[0].attribute("value") == sample_page().request_id);
    BOOST_TEST(inputs[1].attribute("type") == "hidden");
    BOOST_TEST(inputs[1].attribute("name") == "csrf");
    BOOST_TEST(inputs[1].attribute("value") == sample_page().csrf);
}

BOOST_AUTO_TEST_CASE(the_refusal_comes_first_and_looks_like_the_permission)
{
    auto const document = markup::read(render(sample_page()));
    auto const buttons = document.named("button");
    BOOST_REQUIRE(buttons.size() == 2U);
    BOOST_TEST(buttons[0].attribute("name") == "decision");
    BOOST_TEST(buttons[0].attribute("value") == "deny");
    BOOST_TEST(buttons[1].attribute("name") == "decision");
    BOOST_TEST(buttons[1].attribute("value") == "approve");
    BOOST_TEST(buttons[0].attribute("class") == "button deny");
    BOOST_TEST(buttons[1].attribute("class") == "button allow");
    BOOST_TEST(contains(document.text, "Don't allow Allow"));

    // Those two classes may differ in their icon only.
    auto const css = web::find_asset("style.css").value().text;
    for (std::string_view const name : {".deny", ".allow"}) {
        for (auto at = css.find(name); at != css.npos; at = css.find(name, at + 1)) {
            auto const open = css.find('{', at);
            auto const rule = css.substr(open, css.find('}', open) - open);
            BOOST_TEST_CONTEXT(name << rule)
            BOOST_TEST((contains(rule, "--shape:") && !contains(rule.substr(rule.find(';')), ":")));
        }
    }
}

// The first stop of the keyboard is the refusal, however long the page is.
BOOST_AUTO_TEST_CASE(S_065_nothing_before_the_refusal_takes_the_focus)
{
    for (auto const& tag : markup::read(render(sample_page())).tags) {
        BOOST_TEST(tag.attribute("tabindex").empty());
        BOOST_TEST(tag.attribute("autofocus").empty());
        if (tag.name == "button") {
            BOOST_TEST(tag.attribute("value") == "deny");
            break;
        }
        for (auto const* focusable : {"a", "select", "textarea", "summary", "iframe", "video"})
            BOOST_TEST(tag.name != focusable);
        if (tag.name == "input")
            BOOST_TEST(tag.attribute("type") == "hidden");
    }
}

BOOST_AUTO_TEST_CASE(a_problem_is_an_alert_under_the_question_and_in_the_title)
{
    auto page = sample_page();
    page.problem = "Your session has ended.";
    auto const html = render(page);
    auto const document = markup::read(html);
    BOOST_TEST(document.title == "Error: Authorization Request");
    BOOST_TEST(contains(document.text, "Error: Your session has ended."));
    auto const alert = html.find("role=\"alert\"");
    BOOST_TEST(alert != std::string::npos);
    BOOST_TEST(alert > html.find("<h1"));
    BOOST_TEST(alert < html.find("<h2"));
    BOOST_TEST(!contains(document.text, "cookies"));
}

BOOST_AUTO_TEST_CASE(a_problem_without_buttons_says_how_to_get_them_back)
{
    auto page = sample_page();
    page.problem = "Open the consent link first.";
    page.may_decide = false;
    auto const document = markup::read(render(page));
    BOOST_TEST(contains(document.text, "Error: Open the consent link first."));
    BOOST_TEST(contains(document.text, "in this browser and with cookies allowed"));
    BOOST_TEST(!contains(document.text, "incomplete")); // the link was whole, the browser was not
}

BOOST_AUTO_TEST_CASE(only_a_refusal_is_offered_when_permission_is_impossible)
{
    auto page = sample_page();
    page.may_allow = false;
    page.problem = "A rule forbids this.";
    auto const buttons = markup::read(render(page)).named("button");
    BOOST_REQUIRE(buttons.size() == 1U);
    BOOST_TEST(buttons[0].attribute("value") == "deny");
}

BOOST_AUTO_TEST_CASE(an_incomplete_link_shows_the_request_and_explains_why_there_are_no_buttons)
{
    auto page = sample_page();
    page.may_decide = false;
    auto const html = render(page);
    auto const document = markup::read(html);
    BOOST_TEST(document.named("button").empty());
    BOOST_TEST(document.named("form").empty());
    BOOST_TEST(document.named("input").empty());
    BOOST_TEST(!contains(html, page.csrf));
    BOOST_TEST(contains(document.text, "You cannot decide with this link"));
    BOOST_TEST(contains(document.text, "ask it for a new link"));
    BOOST_TEST(contains(document.text, "Start payments of up to 250 High impact"));
    BOOST_TEST(contains(document.text, "For up to 24 hours"));
    BOOST_TEST(document.title == "Authorization Request");
}

BOOST_AUTO_TEST_CASE(each_state_says_what_happened_and_what_happens_next)
{
    struct Row
    {
        ConsentState state;
        std::string_view title;
        std::string_view heading;
        std::string_view happened;
    };
    constexpr Row rows[] = {
        Row(ConsentState::approved, "Allowed - Authorization Request", "You allowed this request",
            "Trip Planner can now use"),
        Row(ConsentState::denied, "Not allowed - Authorization Request",
            "You did not allow this request", "Trip Planner got no permission from you."),
        Row(ConsentState::expired, "Expired - Authorization Request", "This request has expired",
            "so Trip Planner got no permission."),
        Row(ConsentState::decided, "Already decided - Authorization Request",
            "This request is already decided", "can be decided only once"),
        Row(ConsentState::unknown, "Not found - Authorization Request",
            "We cannot find this request", "Nothing has been allowed."),
        Row(ConsentState::cross_site, "Error: decision not accepted - Authorization Request",
            "We did not accept this decision", "It was sent from another website"),
    };
    for (auto const& [state, title, heading, happened] : rows) {
        BOOST_TEST_CONTEXT(title)
        {
            auto const document =
                markup::read(render(web::ConsentStatePage{state, "Trip Planner", "host/p"}));
            BOOST_TEST(document.title == title);
            BOOST_TEST(document.named("h1").size() == 1U);
            BOOST_TEST(contains(document.text, heading));
            BOOST_TEST(contains(document.text, happened));
            BOOST_TEST(contains(document.text, "What happens next"));
            BOOST_TEST(document.named("form").empty());
            BOOST_TEST(document.named("button").empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_state_without_a_known_agent_has_whole_sentences)
{
    for (auto const state : states) {
        auto const document = markup::read(render(web::ConsentStatePage{state, "", "host/p"}));
        BOOST_TEST(!contains(document.text, "Trip Planner"));
        for (auto const* const gap : {" , ", " .", "  "})
            BOOST_TEST(!contains(document.text, gap));
        BOOST_TEST(document.text.size() > 150U);
    }
}

BOOST_AUTO_TEST_CASE(pages_have_no_inline_code_and_nothing_from_elsewhere)
{
    for (auto const& html : all_pages())
        web_tests::check_nothing_inline(html, "consent.js");
}

BOOST_AUTO_TEST_CASE(pages_are_well_formed_documents_with_language_and_ordered_headings)
{
    for (auto const& html : all_pages())
        web_tests::check_well_formed(html, "Authorization Request");
}

BOOST_AUTO_TEST_CASE(pages_are_small)
{
    for (auto const& html : all_pages())
        BOOST_TEST(html.size() < 12'000U);
}

// Quotation marks are the characters that grow most by escaping.
BOOST_AUTO_TEST_CASE(S_065_a_hundred_full_scopes_stay_under_200_kb_with_the_refusal_in_place)
{
    auto page = sample_page();
    web::ScopeLine const line{std::string(256, '"'), true, true, false};
    page.sections = {{"Other", std::vector<web::ScopeLine>(100, line)}};
    auto const html = render(page);
    BOOST_TEST(html.size() < 200'000U);
    auto const document = markup::read(html);
    BOOST_TEST(document.named("li").size() == 100U);
    BOOST_TEST(document.named("button").at(0).attribute("value") == "deny");
}
