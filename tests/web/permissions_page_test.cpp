#include "tests/web/markup.hpp"
#include "tests/web/page_rules.hpp"
#include "tests/web/sample_permissions.hpp"

#include <boost/test/unit_test.hpp>

using web::PermissionsDoor;

namespace {

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

void check_says(std::string const& html, std::initializer_list<std::string_view> parts)
{
    auto const text = markup::read(html).text;
    for (auto const part : parts)
        BOOST_TEST(contains(text, part), part << " is not in " << text);
}

web::StopQuestionPage question_about_everything()
{
    auto page = sample_question();
    page.grant_id = "all";
    page.agent_name = page.subs = "";
    return page;
}

// One rendering of everything a person can be shown.
std::vector<std::string> all_pages()
{
    auto empty = sample_permissions();
    empty.rows.clear();
    empty.history.clear();
    empty.any_rows = empty.any_history = false;
    empty.stopped_all = true;
    auto stopped = sample_permissions();
    stopped.stopped_agent = "Trip Planner";
    stopped.stopped_subs = "3";
    auto doubtful = sample_permissions();
    doubtful.already_stopped = true;
    doubtful.rows_max = "1000";
    doubtful.history_max = "100";
    doubtful.rows[0].agent_name_mixes_scripts = true;
    doubtful.rows[0].sections.clear();
    return {
        render(sample_permissions()),
        render(empty),
        render(stopped),
        render(doubtful),
        render(sample_question()),
        render(question_about_everything()),
        render(PermissionsDoor::closed),
        render(PermissionsDoor::invalid),
        render(PermissionsDoor::cross_site)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(permissions_page)

BOOST_AUTO_TEST_CASE(pages_have_no_inline_code_and_nothing_from_elsewhere)
{
    for (auto const& html : all_pages())
        web_tests::check_nothing_inline(html, "permissions.js");
}

BOOST_AUTO_TEST_CASE(pages_are_well_formed_documents_with_language_and_ordered_headings)
{
    for (auto const& html : all_pages())
        web_tests::check_well_formed(html, "Manage Permissions");
}

BOOST_AUTO_TEST_CASE(each_agent_is_told_with_what_it_may_do_since_when_and_how_often)
{
    check_says(
        render(sample_permissions()),
        {"Manage Permissions", "maria@example.com", "Works until 24 Nov 2026, 12:10 UTC",
         "Trip Planner By Nimbus Travel did:grantex:ag_01HZX3V7Q2M4N6P8R0S2T4V6W8 Stop",
         "Finds and books trips", "See See the events in your calendar",
         "Spend Start payments of up to 250 High impact",
         "Redeem points not declared by this agent not a standard permission",
         "Last used 24 Nov 2026, 11:00 UTC Used 3 times in the last 7 days",
         "24 Nov 2026, 09:10 UTC", "25 Nov 2026, 09:10 UTC", "Only at https://api.bookings.example"}
    );
}

BOOST_AUTO_TEST_CASE(how_often_is_said_in_whole_sentences)
{
    auto page = sample_permissions();
    page.rows.resize(1);
    page.rows[0].closes_item = true;
    page.rows[0].uses = "100";
    page.rows[0].uses_and_more = true;
    check_says(render(page), {"Used 100 times or more in the last 7 days"});
    page.rows[0].uses = "";
    page.rows[0].used_once = true;
    check_says(render(page), {"Used once in the last 7 days"});
    page.rows[0].used_once = false;
    page.rows[0].last_used = "";
    page.rows[0].audience = "";
    auto const text = markup::read(render(page)).text;
    BOOST_TEST(contains(text, "No use recorded yet"));
    BOOST_TEST(contains(text, "At any service that trusts this server."));
    BOOST_TEST(!contains(text, "in the last 7 days"));
}

// A list within the item of the agent that passed something on.
BOOST_AUTO_TEST_CASE(sub_agents_are_a_tree_of_lists)
{
    std::string tree;
    for (auto const& tag : markup::read(render(sample_permissions())).tags) {
        auto const list = tag.attribute("class");
        if (tag.name == "ul" && (list == "agents" || list == "subs"))
            tree += "(";
        if (auto const id = tag.attribute("id"); tag.name == "li" && !id.empty())
            tree += id.substr(5);
    }
    BOOST_TEST(tree == "(1(2(345");
    auto const html = render(sample_permissions());
    // 3 ends two items at once, 4 one more list: 5 stands beside 1 again.
    auto const third = html.find("id=\"grnt_3\"");
    BOOST_TEST(html.find("</ul></li>", third) < html.find("id=\"grnt_4\""));
    auto const fourth = html.find("id=\"grnt_4\"");
    BOOST_TEST(html.find("</ul></li>", fourth) < html.find("id=\"grnt_5\""));
    BOOST_TEST(markup::read(html).named("h3").size() == 2U);
}

BOOST_AUTO_TEST_CASE(every_button_belongs_to_the_one_form_that_holds_the_session)
{
    auto const document = markup::read(render(sample_permissions()));
    auto const forms = document.named("form");
    BOOST_REQUIRE(forms.size() == 1U);
    BOOST_TEST(forms[0].attribute("method") == "post");
    BOOST_TEST(forms[0].attribute("action") == "/permissions");
    auto const inputs = document.named("input");
    BOOST_REQUIRE(inputs.size() == 1U);
    BOOST_TEST(inputs[0].attribute("type") == "hidden");
    BOOST_TEST(inputs[0].attribute("value") == "header.claims.signature");

    std::string asked;
    for (auto const& button : document.named("button")) {
        BOOST_TEST(button.attribute("form") == forms[0].attribute("id"));
        BOOST_TEST(button.attribute("name") == "ask");
        asked += button.attribute("value") + " ";
    }
    BOOST_TEST(asked == "all grnt_1 grnt_2 grnt_3 grnt_4 grnt_5 ");
    // WCAG 2.5.3: the name begins with what is seen, and tells the buttons apart.
    BOOST_TEST(document.named("button")[2].attribute("aria-label") == "Stop Seat Finder");
}

BOOST_AUTO_TEST_CASE(history_says_in_words_how_each_action_ended)
{
    check_says(
        render(sample_permissions()),
        {"Done Trip Planner did this: calendar read", "events: 3", "and more that is not shown",
         "Failed Mail Sorter tried this, and it failed: email send",
         "Blocked Mail Sorter tried this and was not allowed to: files delete",
         "As Nimbus Travel recorded it, newest first."}
    );
}

BOOST_AUTO_TEST_CASE(what_was_done_is_a_status_that_takes_the_focus)
{
    struct Row
    {
        std::string agent;
        bool one_sub;
        std::string subs;
        bool all, already;
        std::string_view sentence;
    };
    Row const rows[] = {
        {"Trip Planner", false, "", false, false,
         "You stopped Trip Planner. It can no longer act for you."},
        {"Trip Planner", true, "", false, false,
         "You stopped Trip Planner and its sub-agent. They can no longer act for you."},
        {"Trip Planner", false, "3", false, false,
         "You stopped Trip Planner and its 3 sub-agents. They can no longer act for you."},
        {"", false, "", true, false,
         "You stopped everything. No agent can act for you through Nimbus Travel any more."},
        {"", false, "", false, true,
         "it has ended or was stopped before. Nothing was changed now."},
    };
    for (auto const& [agent, one_sub, subs, all, already, sentence] : rows) {
        auto page = sample_permissions();
        page.stopped_agent = agent;
        page.stopped_one_sub = one_sub;
        page.stopped_subs = subs;
        page.stopped_all = all;
        page.already_stopped = already;
        auto const html = render(page);
        check_says(html, {sentence});
        int found = 0;
        for (auto const& tag : markup::read(html).named("div"))
            if (tag.attribute("role") == "status") {
                ++found;
                BOOST_TEST(tag.attribute("tabindex") == "-1");
                BOOST_TEST(contains(html, "tabindex=\"-1\" autofocus>"));
            }
        BOOST_TEST(found == 1);
        BOOST_TEST((markup::read(html).title == "Stopped - Manage Permissions") == !already);
    }
    BOOST_TEST(!contains(render(sample_permissions()), "autofocus"));
}

BOOST_AUTO_TEST_CASE(the_question_names_the_agent_and_what_goes_with_it)
{
    auto page = sample_question();
    check_says(
        render(page), {"Stop Trip Planner?", "It and its 3 sub-agents lose access at once.",
                       "may let it go on until 25 Nov 2026, 09:10 UTC at the latest", "Keep Stop"}
    );
    page.subs = "";
    check_says(render(page), {"It loses access at once."});
    page.one_sub = true;
    check_says(render(page), {"It and its sub-agent lose access at once."});
    check_says(
        render(question_about_everything()),
        {"Stop everything?", "Every agent you allowed through Nimbus Travel loses access at once",
         "Keep everything Stop everything"}
    );
}

BOOST_AUTO_TEST_CASE(the_answer_that_changes_nothing_comes_first_and_leads_back_to_the_agent)
{
    auto const document = markup::read(render(sample_question()));
    auto const buttons = document.named("button");
    BOOST_REQUIRE(buttons.size() == 2U);
    BOOST_TEST(buttons[0].attribute("name").empty());
    BOOST_TEST(buttons[0].attribute("formaction") == "/permissions#grnt_1");
    BOOST_TEST(buttons[1].attribute("name") == "stop");
    BOOST_TEST(buttons[1].attribute("value") == "grnt_1");
    BOOST_TEST(document.named("form").at(0).attribute("action") == "/permissions");
    BOOST_TEST(document.named("input").at(0).attribute("value") == "header.claims.signature");
}

BOOST_AUTO_TEST_CASE(without_a_session_there_is_a_labelled_field_for_the_link)
{
    for (auto const state :
         {PermissionsDoor::closed, PermissionsDoor::invalid, PermissionsDoor::cross_site})
    {
        auto const document = markup::read(render(state));
        auto const inputs = document.named("input");
        BOOST_REQUIRE(inputs.size() == 1U);
        BOOST_TEST(inputs[0].attribute("name") == "session");
        BOOST_TEST(inputs[0].attribute("type") == "text");
        BOOST_TEST(inputs[0].attribute("autocomplete") == "off");
        BOOST_TEST(inputs[0].attribute("spellcheck") == "false");
        BOOST_TEST(inputs[0].attribute("value").empty());
        BOOST_TEST(document.named("label").at(0).attribute("for") == "session");
        BOOST_TEST(document.named("form").at(0).attribute("method") == "post");
        BOOST_TEST(contains(document.text, "Open my permissions"));
    }
    check_says(render(PermissionsDoor::invalid), {"Ask the developer's app for a new link"});
    check_says(render(PermissionsDoor::cross_site), {"It was sent from another website"});
}

BOOST_AUTO_TEST_CASE(a_thousand_grants_stay_under_three_megabytes)
{
    auto page = sample_permissions();
    page.rows.assign(1000, page.rows[4]);
    BOOST_TEST(render(page).size() < 3'000'000U);
}

BOOST_AUTO_TEST_SUITE_END()
