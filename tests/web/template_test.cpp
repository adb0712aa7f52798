#include "web/template.hpp"

#include "web/escape.hpp"

#include <boost/describe/class.hpp>
#include <boost/test/unit_test.hpp>

namespace {

struct Item
{
    std::string label;
    bool marked = false;
};
BOOST_DESCRIBE_STRUCT(Item, (), (label, marked))

struct Page
{
    std::string name;
    std::string empty;
    bool yes = true;
    bool no = false;
    std::vector<Item> items;
};
BOOST_DESCRIBE_STRUCT(Page, (), (name, empty, yes, no, items))

web::Locale const locale("greeting = Hello {name}, welcome\n"
                         "plain = Tom & Jerry\n"
                         "broken = Hello {name\n"
                         "stranger = Hello {nobody}\n");

std::string render(std::string_view text, Page const& page, std::string_view base = "")
{
    web::EmbeddedFile const files[] = {
        {"page.html", text       },
        {"base.html", base       },
        {"loop.html", "{{>loop}}"}
    };
    web::TemplateSources const sources{files, locale, {{"version", "v\"1"}}};
    return web::Template<Page>(sources, "page").render(page);
}

Page page()
{
    return {
        .name = "A<b>", .empty = "", .items = {{"one", true}, {"two"}}
    };
}

std::string failure(std::string_view text, std::string_view base = "")
{
    try {
        render(text, page(), base);
    } catch (web::TemplateError const& error) {
        return error.what();
    }
    return "compiled";
}

} // namespace

BOOST_AUTO_TEST_CASE(every_character_that_means_something_in_html_is_escaped)
{
    std::string html;
    web::append_escaped(html, "a&b<c>d\"e'f`g=h");
    BOOST_TEST(html == "a&amp;b&lt;c&gt;d&#34;e&#39;f&#96;g&#61;h");
}

BOOST_AUTO_TEST_CASE(control_characters_are_replaced_and_other_bytes_kept)
{
    std::string html;
    web::append_escaped(html, std::string_view("a\0b\x1b\x7f\t\n\xc3\xa9{{x}}", 14));
    BOOST_TEST(
        html == "a\xef\xbf\xbd"
                "b\xef\xbf\xbd\xef\xbf\xbd\t\n\xc3\xa9{{x}}"
    );
}

BOOST_AUTO_TEST_CASE(templates_render)
{
    struct Row
    {
        std::string_view text;
        std::string_view html;
    };
    constexpr Row rows[] = {
        Row("plain", "plain"),
        Row("<p>{{name}}</p>", "<p>A&lt;b&gt;</p>"),
        Row("<p title=\"x {{name}}\">", "<p title=\"x A&lt;b&gt;\">"),
        Row("{{version}}", "v&#34;1"),
        Row("a{{! a note }}b", "ab"),
        Row("{{#yes}}a{{/yes}}{{#no}}b{{/no}}", "a"),
        Row("{{^yes}}a{{/yes}}{{^no}}b{{/no}}", "b"),
        Row("{{#name}}set{{/name}}{{#empty}}set{{/empty}}{{^empty}}unset{{/empty}}", "setunset"),
        Row("{{#items}}{{label}};{{/items}}", "one;two;"),
        Row("{{#items}}{{#marked}}*{{/marked}}{{label}}{{/items}}{{name}}", "*onetwoA&lt;b&gt;"),
        Row("{{#items}}{{#items}}{{label}}{{/items}} {{/items}}", "onetwo onetwo "),
        Row("{{^items}}none{{/items}}", ""),
        Row("{{#items}}{{name}}{{/items}}", "A&lt;b&gt;A&lt;b&gt;"),
        Row("<i{{#yes}} class=\"c\"{{/yes}}>", "<i class=\"c\">"),
        Row("a\n  \n  b\n", "a\nb\n"),
        Row("{{@plain}}", "Tom &amp; Jerry"),
        Row("<p>{{@greeting}}</p>", "<p>Hello <bdi>A&lt;b&gt;</bdi>, welcome</p>"),
        Row("<title>{{@greeting}}</title>", "<title>Hello A&lt;b&gt;, welcome</title>"),
        Row("<p title=\"{{@greeting}}\">", "<p title=\"Hello A&lt;b&gt;, welcome\">"),
        Row("<a href=\"/assets/{{version}}/x\">", "<a href=\"/assets/v&#34;1/x\">"),
    };
    for (auto const& [text, html] : rows) {
        BOOST_TEST_CONTEXT(text)
        BOOST_TEST(render(text, page()) == html);
    }
}

BOOST_AUTO_TEST_CASE(an_empty_list_renders_the_inverted_section)
{
    BOOST_TEST(render("{{#items}}x{{/items}}{{^items}}none{{/items}}", Page{}) == "none");
}

BOOST_AUTO_TEST_CASE(a_page_fills_the_blocks_of_the_file_it_extends)
{
    auto const base = "<title>{{$title}}none{{/title}}</title>[{{$body}}{{/body}}]{{name}}";
    BOOST_TEST(
        render("{{<base}} {{$body}}<p>{{name}}</p>{{/body}}\n{{/base}}", page(), base) ==
        "<title>none</title>[<p>A&lt;b&gt;</p>]A&lt;b&gt;"
    );
    BOOST_TEST(render("{{>base}}", page(), base) == "<title>none</title>[]A&lt;b&gt;");
}

BOOST_AUTO_TEST_CASE(values_are_never_read_as_templates)
{
    Page hostile;
    hostile.name = "{{empty}}{{>base}}{{@plain}}{name}{{#items}}";
    std::string const shown = "{{empty}}{{&gt;base}}{{@plain}}{name}{{#items}}";
    BOOST_TEST(
        render("{{name}}|{{@greeting}}", hostile) ==
        shown + "|Hello <bdi>" + shown + "</bdi>, welcome"
    );
}

BOOST_AUTO_TEST_CASE(mistakes_stop_the_start_with_file_and_line)
{
    struct Row
    {
        std::string_view text;
        std::string_view message;
    };
    constexpr Row rows[] = {
        {"a\n\nb {{nmae}}",                "page.html:3: no value named nmae"                   },
        {"{{label}}",                      "page.html:1: no value named label"                  },
        {"{{#nobody}}{{/nobody}}",         "page.html:1: no value named nobody"                 },
        {"{{#items}}{{/items}}{{label}}",  "page.html:1: no value named label"                  },
        {"{{yes}}",                        "page.html:1: only text can be shown: yes"           },
        {"{{items}}",                      "page.html:1: only text can be shown: items"         },
        {"{{{name}}}",                     "page.html:1: there is no unescaped form: {name"     },
        {"{{&name}}",                      "page.html:1: there is no unescaped form: &name"     },
        {"{{ name }}",                     "page.html:1: no value named  name "                 },
        {"{{}}",                           "page.html:1: no value named "                       },
        {"{{name",                         "page.html:1: tag is not closed"                     },
        {"{{#yes}}",                       "page.html:1: section is not closed: yes"            },
        {"{{/yes}}",                       "page.html:1: closes a section that is not open: yes"},
        {"{{#yes}}{{#no}}{{/yes}}{{/no}}", "page.html:1: closes a section that is not open: yes"},
        {"{{>missing}}",                   "missing.html: missing, or includes itself"          },
        {"{{>loop}}",                      "loop.html: missing, or includes itself"             },
        {"{{<base}}text{{/base}}",         "page.html:1: only blocks may stand in base"         },
        {"{{<base}}",                      "page.html:1: not closed: base"                      },
        {"{{$block}}",                     "page.html:1: not closed: block"                     },
        {"{{@broken}}",                    "page.html:1: sentence has an open {: broken"        },
        {"{{@stranger}}",                  "page.html:1: no value named nobody"                 },
    };
    for (auto const& [text, message] : rows) {
        BOOST_TEST_CONTEXT(text)
        BOOST_TEST(failure(text) == message);
    }
}

BOOST_AUTO_TEST_CASE(a_missing_sentence_stops_the_start)
{
    BOOST_CHECK_THROW(render("{{@nothing}}", page()), web::LocaleError);
}

BOOST_AUTO_TEST_CASE(a_value_is_refused_where_escaping_would_not_help)
{
    constexpr std::string_view rows[] = {
        "<p class={{name}}>",
        "<p {{name}}>",
        "<{{name}}>",
        "<p title=\"a\"{{name}}>",
        "<script>{{name}}</script>",
        "<style>p{{name}}</style>",
        "<script>if (a</b/) {{name}}</script>",
        "<!-- {{name}} -->",
        "<p onclick=\"{{name}}\">",
        "<p ONCLICK=\"f('{{name}}')\">",
        "<p style=\"{{name}}\">",
        "<iframe srcdoc=\"{{name}}\">",
        "<a href=\"{{name}}\">",
        "<a href='{{name}}'>",
        "<a href=\"/{{name}}\">",
        "<a href=\"java{{name}}\">",
        "<a href=\"{{#no}}/assets{{/no}}{{name}}\">",
        "<form action=\"{{@greeting}}\">",
        "<img src=\"{{name}}\">",
        "{{#yes}}<p title=\"{{/yes}}{{name}}\">",
        "{{#yes}}<script>{{/yes}}",
    };
    for (auto const& text : rows) {
        BOOST_TEST_CONTEXT(text)
        BOOST_TEST(failure(text).starts_with("page.html:1: "));
    }
}

BOOST_AUTO_TEST_CASE(a_value_is_accepted_where_escaping_makes_it_harmless)
{
    constexpr std::string_view rows[] = {
        "<!-- note -->{{name}}",
        "<script src=\"/x.js\"></script>{{name}}",
        "<title>a<b</title>{{name}}",
        "<input value='{{name}}'>",
        "<input disabled value = \"{{name}}\">",
        "<a href=\"?id={{name}}\">",
        "<a href=\"#{{name}}\">",
        "<br/>{{name}}",
        "<p>a > b</p>{{name}}",
    };
    for (auto const& text : rows) {
        BOOST_TEST_CONTEXT(text)
        BOOST_TEST(failure(text) == "compiled");
    }
}

BOOST_AUTO_TEST_CASE(a_language_file_with_a_mistake_is_refused)
{
    for (auto const* text : {"no equals sign", "= sentence", "key =", "a = 1\na = 2"}) {
        BOOST_TEST_CONTEXT(text)
        BOOST_CHECK_THROW(web::Locale{text}, web::LocaleError);
    }
    BOOST_TEST(web::Locale("# note\n\n a.b = x = y \r\n").sentence("a.b") == "x = y");
}
