// Where in an HTML document the literal text of a template has come to, so that a value is only
// accepted where escaping makes it harmless. Knows the HTML our own templates are written in, not
// all that a browser forgives.
#pragma once

#include <string>
#include <string_view>

namespace web {

class HtmlPosition
{
public:
    void read(std::string_view literal);

    // Why no value may stand here; empty when one may.
    [[nodiscard]] std::string_view refusal() const;

    // Between tags, where elements may stand: not in an attribute, not in a title.
    [[nodiscard]] bool allows_elements() const { return where_ == Where::text; }

    // Whether a section may open at `other` and close here (or be skipped, or repeat).
    [[nodiscard]] bool same_place(HtmlPosition const& other) const;

private:
    enum class Where
    {
        text,
        tag,
        attribute,
        title, // also textarea: characters only, no elements
        raw,   // script and style: escaping does nothing there
        comment,
    };

    void read_text(char character);
    void read_tag(char character);
    void close_tag();

    Where where_ = Where::text;
    std::string pending_;   // since the `<` or, in a comment, its last characters
    std::string element_;   // name of the tag being read, then of the title or raw element
    std::string attribute_; // name of the attribute being read
    std::string value_;     // its literal text so far
    char quote_ = 0;
};

} // namespace web
