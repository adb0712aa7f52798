// Text of strangers stays text, in every field of every page.
#include "tests/web/markup.hpp"
#include "tests/web/sample_page.hpp"
#include "tests/web/sample_permissions.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>

namespace {

constexpr std::string_view payloads[] = {
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "\"><img src=x onerror=alert(1)>",
    "'><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<img src=x onerror=alert(1)//",
    "<body onload=alert(1)>",
    "<iframe srcdoc=\"<script>alert(1)</script>\">",
    "<iframe src=javascript:alert(1)>",
    "<object data=javascript:alert(1)>",
    "<embed src=//evil.example/x.swf>",
    "<math><mi xlink:href=javascript:alert(1)>",
    "<a href=javascript:alert(1)>click</a>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';</style>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</form><form action=//evil.example>",
    "</main></body></html><h1>Approved</h1>",
    "<button name=decision value=approve>Don't allow</button>",
    "<input type=hidden name=decision value=approve>",
    "\" autofocus onfocus=alert(1) x=\"",
    "' onmouseover='alert(1)",
    "\" style=\"position:fixed;inset:0",
    "` onerror=`alert(1)",
    " onerror=alert(1) ",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "&quot;&gt;&lt;img src=x&gt;",
    "<!-- comment",
    "--><script>alert(1)</script><!--",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=\"1.0\"?>",
    "<%= 7*7 %>${7*7}#{7*7}",
    "{{csrf}}",
    "{{{csrf}}}",
    "{{>base}}",
    "{{#sections}}{{heading}}{{/sections}}",
    "{{@consent.allow}}{agent_name}",
    "{{",
    "}}",
    "{{/may_decide}}",
    "\\\"><script>alert(1)</script>",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\xc0\xbcscript\xc0\xbe",
    "\xff\xfe<script>",
    "\xe2\x80\xae<img src=x onerror=alert(1)>",
    "<",
    ">",
    "&",
    "<a",
    "a=b",
};
static_assert(std::size(payloads) >= 40);

template<class Page> struct Field
{
    std::string_view name;
    std::function<std::string&(Page&)> of;
};

web::ConsentPage full_page()
{
    auto page = sample_page();
    page.problem = "A problem.";
    page.agent_name_mixes_scripts = true;
    return page;
}

using web::ConsentPage;
Field<ConsentPage> const consent_fields[] = {
    {"request_id", [](ConsentPage& page) -> auto& {return page.request_id;
} // namespace
}
, {"csrf", [](ConsentPage& page) -> auto& {return page.csrf;
}
}
, {"agent_name", [](ConsentPage& page) -> auto& {return page.agent_name;
}
}
, {"agent_description", [](ConsentPage& page) -> auto& {return page.agent_description;
}
}
, {"agent_did", [](ConsentPage& page) -> auto& {return page.agent_did;
}
}
, {"developer_name", [](ConsentPage& page) -> auto& {return page.developer_name;
}
}
, {"principal_id", [](ConsentPage& page) -> auto& {return page.principal_id;
}
}
, {"heading", [](ConsentPage& page) -> auto& {return page.sections.at(0).heading;
}
}
, {"sentence", [](ConsentPage& page) -> auto& {return page.sections.at(2).scopes.at(0).sentence;
}
}
, {"duration_words", [](ConsentPage& page) -> auto& {return page.duration_words;
}
}
, {"audience", [](ConsentPage& page) -> auto& {return page.audience;
}
}
, {"redirect_host", [](ConsentPage& page) -> auto& {return page.redirect_host;
}
}
, {"deadline", [](ConsentPage& page) -> auto& {return page.deadline;
}
}
, {"permissions_host", [](ConsentPage& page) -> auto& {return page.permissions_host;
}
}
, {"problem", [](ConsentPage& page) -> auto& {return page.problem;
}
}
,
}
;

// White space as the reader of markup sees it.
std::string seen(std::string_view payload)
{
    std::string text(payload);
    std::ranges::replace(text, '\t', ' ');
    return text;
}

// The payload is there to be read, or sent back, and made no element, attribute or title.
void check_inert(
    std::string const& html, std::string_view payload, markup::Document const& harmless
)
{
    auto const document = markup::read(html);
    BOOST_TEST(document.skeleton() == harmless.skeleton());
    BOOST_TEST(document.title == harmless.title);
    bool found =
        document.text.find(seen(payload).substr(payload.front() == ' ')) != std::string::npos;
    for (auto const& input : document.named("input"))
        found = found || input.attribute("value") == payload;
    BOOST_TEST(found);
}

} // namespace

BOOST_AUTO_TEST_CASE(S_055_every_payload_is_inert_in_every_field_of_the_consent_page)
{
    auto const harmless = markup::read(render(full_page()));
    for (auto const& field : consent_fields) {
        for (auto const& payload : payloads) {
            auto page = full_page();
            field.of(page) = payload;
            BOOST_TEST_CONTEXT(field.name << " = " << payload)
            check_inert(render(page), payload, harmless);
        }
    }
}

BOOST_AUTO_TEST_CASE(S_055_every_payload_is_inert_in_all_fields_at_once)
{
    auto const harmless = markup::read(render(full_page()));
    for (auto const& payload : payloads) {
        auto page = full_page();
        for (auto const& field : consent_fields)
            field.of(page) = payload;
        BOOST_TEST_CONTEXT(payload)
        check_inert(render(page), payload, harmless);
    }
}

BOOST_AUTO_TEST_CASE(S_055_every_payload_is_inert_on_the_state_pages)
{
    using enum web::ConsentState;
    for (auto const state : {approved, denied, expired, decided, unknown, cross_site}) {
        auto const harmless =
            markup::read(render(web::ConsentStatePage{state, "Agent", "host/permissions"}));
        for (auto const& payload : payloads) {
            auto const html =
                render(web::ConsentStatePage{state, std::string(payload), std::string(payload)});
            auto const document = markup::read(html);
            BOOST_TEST_CONTEXT(payload)
            {
                BOOST_TEST(document.skeleton() == harmless.skeleton());
                BOOST_TEST(document.title == harmless.title);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_payload_is_inert_in_every_field_of_the_permissions_page)
{
    auto const filled = [](std::string const& text) {
        auto page = sample_permissions();
        page.session = page.session_until = page.principal_id = page.developer_name = text;
        page.rows_max = page.history_max = page.stopped_agent = page.stopped_subs = text;
        auto& row = page.rows[0];
        row.grant_id = row.agent_name = row.agent_description = row.agent_did = text;
        row.sections[0].heading = row.sections[0].scopes[0].sentence = text;
        row.audience = row.since = row.until = row.last_used = row.uses = text;
        for (auto& line : page.history)
            line.agent_name = line.action = line.time = text;
        page.history[0].details[0] = {text, text};
        return render(page);
    };
    auto const harmless = markup::read(filled("harmless"));
    for (auto const& payload : payloads) {
        BOOST_TEST_CONTEXT(payload)
        check_inert(filled(std::string(payload)), payload, harmless);
    }
}

BOOST_AUTO_TEST_CASE(every_payload_is_inert_in_the_question_before_stopping)
{
    auto const filled = [](std::string const& text) {
        return render(web::StopQuestionPage{
            .session = text,
            .grant_id = text,
            .agent_name = text,
            .developer_name = text,
            .subs = text,
            .offline_until = text});
    };
    auto const harmless = markup::read(filled("harmless"));
    for (auto const& payload : payloads) {
        BOOST_TEST_CONTEXT(payload)
        check_inert(filled(std::string(payload)), payload, harmless);
    }
}

BOOST_AUTO_TEST_CASE(values_of_strangers_are_isolated_from_the_direction_of_our_sentences)
{
    auto page = sample_page();
    page.agent_name = "\xd9\x85\xd8\xae\xd8\xb7\xd8\xb7 (1)";
    page.redirect_host = "\xd9\x85.example";
    auto const html = render(page);
    BOOST_TEST(
        html.find("<h1>Let <bdi>" + page.agent_name + "</bdi> act for you?</h1>") !=
        std::string::npos
    );
    BOOST_TEST(html.find("return to <bdi>" + page.redirect_host + "</bdi>") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(control_characters_do_not_reach_the_page)
{
    auto page = sample_page();
    page.agent_name = std::string("a\0\x01\x1b[31m\x7f", 9) + "z";
    for (char const character : render(page))
        BOOST_TEST((static_cast<unsigned char>(character) >= 0x20 || character == '\n'));
}
