#include "web/html_position.hpp"

namespace web {

namespace {

bool is_space(char character)
{
    return character == ' ' || character == '\n' || character == '\t' || character == '\r';
}

char lower(char character)
{
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                                : character;
}

bool is_url(std::string_view attribute)
{
    return attribute == "href" || attribute == "src" || attribute == "action" ||
           attribute == "formaction" || attribute == "data" || attribute == "poster";
}

// The start fixes scheme and host: our own path, a query or a fragment. `/` alone does not, since a
// value that begins with another `/` would name a host.
bool is_own_url(std::string_view start)
{
    if (start.starts_with('?') || start.starts_with('#'))
        return true;
    return start.size() >= 2 && start[0] == '/' && start[1] >= 'a' && start[1] <= 'z';
}

} // namespace

void HtmlPosition::read(std::string_view literal)
{
    for (char const character : literal) {
        switch (where_) {
        case Where::tag:
            read_tag(character);
            break;
        case Where::attribute:
            if (character == quote_) {
                where_ = Where::tag;
                attribute_.clear();
            } else {
                value_ += character;
            }
            break;
        default:
            read_text(character);
        }
    }
}

void HtmlPosition::read_text(char character)
{
    if (where_ == Where::comment) {
        pending_ += character;
        if (pending_.ends_with("-->"))
            where_ = Where::text;
        return;
    }
    if (where_ != Where::text) { // only its own end tag ends a title or raw element
        pending_ += lower(character);
        if (pending_.ends_with("</" + element_ + ">"))
            where_ = Where::text;
        return;
    }
    if (character == '<') {
        where_ = Where::tag;
        pending_ = '<';
        element_.clear();
        attribute_.clear();
    }
}

void HtmlPosition::read_tag(char character)
{
    pending_ += character;
    if (pending_ == "<!--") {
        where_ = Where::comment;
        return;
    }
    if (character == '>') {
        close_tag();
    } else if (character == '"' || character == '\'') {
        where_ = Where::attribute;
        quote_ = character;
        value_.clear();
    } else if (is_space(character)) {
        attribute_.clear();
        if (!element_.ends_with(' '))
            element_ += ' ';
    } else if (element_.ends_with(' ')) {
        if (character != '=')
            attribute_ += lower(character);
    } else {
        element_ += lower(character);
    }
}

void HtmlPosition::close_tag()
{
    if (element_.ends_with(' '))
        element_.pop_back();
    pending_.clear();
    if (element_ == "script" || element_ == "style")
        where_ = Where::raw;
    else if (element_ == "title" || element_ == "textarea")
        where_ = Where::title;
    else
        where_ = Where::text;
}

std::string_view HtmlPosition::refusal() const
{
    switch (where_) {
    case Where::text:
    case Where::title:
        return {};
    case Where::tag:
        return "a value in a tag must stand between the quotes of an attribute";
    case Where::raw:
        return "a value must not stand in a script or style";
    case Where::comment:
        return "a value must not stand in a comment";
    case Where::attribute:
        break;
    }
    if (attribute_.starts_with("on") || attribute_ == "style" || attribute_ == "srcdoc")
        return "a value must not stand in an attribute that is code";
    if (is_url(attribute_) && !is_own_url(value_))
        return "a value must not choose scheme or host of a URL";
    return {};
}

bool HtmlPosition::same_place(HtmlPosition const& other) const
{
    return where_ == other.where_ && (where_ == Where::text || attribute_ == other.attribute_);
}

} // namespace web
