#include "web/escape.hpp"

namespace web {

namespace {

// `=` and the backtick end nothing in a quoted attribute; they are escaped so that a page stays
// safe when something downstream (a mail gateway, an old browser) drops the quotes.
std::string_view reference(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&#34;";
    case '\'':
        return "&#39;";
    case '`':
        return "&#96;";
    case '=':
        return "&#61;";
    case '\t':
    case '\n':
    case '\r':
        return {};
    default:
        return static_cast<unsigned char>(character) < 0x20 || character == 0x7f
                   ? std::string_view("\xef\xbf\xbd")
                   : std::string_view();
    }
}

} // namespace

void append_escaped(std::string& html, std::string_view text)
{
    html.reserve(html.size() + text.size());
    std::size_t copied = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const replacement = reference(text[i]);
        if (replacement.empty())
            continue;
        html.append(text, copied, i - copied).append(replacement);
        copied = i + 1;
    }
    html.append(text, copied);
}

} // namespace web
