#include "tests/web/sample_page.hpp"
#include "web/embedded_file.hpp"
#include "web/locale.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <regex>

namespace {

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

std::string asset(std::string_view name)
{
    return std::string(web::find_asset(name).value().text);
}

} // namespace

BOOST_AUTO_TEST_CASE(assets_have_their_content_type)
{
    BOOST_TEST(web::find_asset("style.css").value().content_type == "text/css; charset=utf-8");
    BOOST_TEST(
        web::find_asset("consent.js").value().content_type == "text/javascript; charset=utf-8"
    );
    BOOST_TEST(web::find_asset("mark.svg").value().content_type == "image/svg+xml");
}

BOOST_AUTO_TEST_CASE(only_assets_are_served)
{
    for (auto const* name :
         {"", ".css", "consent.html", "base.html", "en.txt", "missing.css", "STYLE.CSS",
          "../style.css", "assets/style.css", "style.css/", "x.svg/../style.css", "/etc/passwd"})
    {
        BOOST_TEST_CONTEXT(name)
        BOOST_TEST(!web::find_asset(name));
    }
}

BOOST_AUTO_TEST_CASE(the_version_is_short_plain_and_part_of_every_asset_url)
{
    auto const version = std::string(web::asset_version());
    BOOST_TEST(std::regex_match(version, std::regex("[0-9a-f]{12}")));
    BOOST_TEST(version == web::asset_version());

    auto const html = render(sample_page());
    static std::regex const url("/assets/([^/\"]+)/([^\"]+)");
    int found = 0;
    for (std::sregex_iterator match(html.begin(), html.end(), url), end; match != end; ++match) {
        ++found;
        BOOST_TEST((*match)[1].str() == version);
        BOOST_TEST(web::find_asset((*match)[2].str()).has_value());
    }
    BOOST_TEST(found >= 4);
}

BOOST_AUTO_TEST_CASE(the_style_sheets_load_only_our_own_icons)
{
    auto const css = asset("style.css") + asset("permissions.css");
    BOOST_TEST(!contains(css, "@import"));
    static std::regex const url("url\\(\"?([^\")]*)\"?\\)");
    int found = 0;
    for (std::sregex_iterator match(css.begin(), css.end(), url), end; match != end; ++match) {
        ++found;
        BOOST_TEST_CONTEXT((*match)[1].str())
        BOOST_TEST(web::find_asset((*match)[1].str()).has_value());
    }
    BOOST_TEST(found >= 4);
}

BOOST_AUTO_TEST_CASE(the_style_sheet_serves_every_reader)
{
    auto const css = asset("style.css");
    for (auto const* part :
         {":focus-visible", "prefers-color-scheme: dark", "prefers-reduced-motion: reduce",
          "forced-colors: active", "@media print", "color-scheme: light dark",
          "overflow-wrap: anywhere", "min-height: 3rem"})
    {
        BOOST_TEST_CONTEXT(part)
        BOOST_TEST(contains(css, part));
    }
    BOOST_TEST(!contains(css, "outline: 0"));
    BOOST_TEST(!contains(css, "outline: none"));
    BOOST_TEST(!contains(css, "!important"));
    BOOST_TEST(!std::regex_search(css, std::regex("position: (fixed|absolute)")));
}

// The bar of buttons may stick only where the window is high enough to leave room for the text.
BOOST_AUTO_TEST_CASE(buttons_stick_only_in_a_high_window)
{
    auto const css = asset("style.css");
    auto const sticky = css.find("position: sticky");
    BOOST_REQUIRE(sticky != std::string::npos);
    BOOST_TEST(css.find("position: sticky", sticky + 1) == std::string::npos);
    auto const media = css.rfind("@media", sticky);
    BOOST_TEST(css.substr(media, css.find('{', media) - media) == "@media (min-height: 34rem) ");
}

BOOST_AUTO_TEST_CASE(icons_are_plain_drawings)
{
    for (auto const& file : web::files()) {
        if (!file.name.ends_with(".svg"))
            continue;
        BOOST_TEST_CONTEXT(file.name)
        {
            BOOST_TEST(file.text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox="));
            for (auto const* part : {"<script", "<style", "style=", "href", "<text", " on"})
                BOOST_TEST(!contains(file.text, part));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_script_only_cleans_the_address_bar_and_hands_over_the_session)
{
    auto const script = asset("consent.js");
    BOOST_TEST(contains(script, "history.replaceState"));
    for (auto const* part :
         {"fetch", "XMLHttpRequest", "innerHTML", "eval", "document.write", "cookie",
          "localStorage", "sessionStorage", "import", "addEventListener"})
    {
        BOOST_TEST_CONTEXT(part)
        BOOST_TEST(!contains(script, part));
    }
}

// The session goes into the form and nowhere else, and out of the address bar before that.
BOOST_AUTO_TEST_CASE(the_script_of_the_permissions_page_only_moves_the_session_into_the_form)
{
    auto const script = asset("permissions.js");
    BOOST_TEST(script.find("history.replaceState") < script.find("field.form.submit"));
    for (auto const* part :
         {"fetch", "XMLHttpRequest", "innerHTML", "eval", "cookie", "localStorage",
          "sessionStorage", "import", "console"})
    {
        BOOST_TEST_CONTEXT(part)
        BOOST_TEST(!contains(script, part));
    }
}

BOOST_AUTO_TEST_CASE(every_sentence_is_used_and_every_language_has_the_same_ones)
{
    std::string templates;
    for (auto const& file : web::files()) {
        if (file.name.ends_with(".html"))
            templates += file.text;
    }
    auto const is_english = [](auto const& file) { return file.name == "en.txt"; };
    auto const english = web::Locale(std::ranges::find_if(web::files(), is_english)->text);
    for (auto const& [key, sentence] : english.sentences()) {
        BOOST_TEST_CONTEXT(key)
        BOOST_TEST(contains(templates, "{{@" + key + "}}"));
    }

    for (auto const& file : web::files()) {
        if (!file.name.ends_with(".txt"))
            continue;
        web::Locale const other(file.text);
        BOOST_TEST_CONTEXT(file.name)
        {
            BOOST_TEST(other.sentences().size() == english.sentences().size());
            for (auto const& [key, sentence] : english.sentences())
                BOOST_TEST(other.sentences().contains(key));
        }
    }
}

// All words come from the language file: what is left of a template without its tags has no text.
BOOST_AUTO_TEST_CASE(templates_hold_no_sentences_of_their_own)
{
    for (auto const& file : web::files()) {
        if (!file.name.ends_with(".html"))
            continue;
        auto text = std::regex_replace(std::string(file.text), std::regex("\\{\\{[^}]*\\}\\}"), "");
        text = std::regex_replace(text, std::regex("<[^>]*>"), "");
        BOOST_TEST_CONTEXT(file.name << text)
        BOOST_TEST(text.find_first_not_of(" \n") == std::string::npos);
    }
}
