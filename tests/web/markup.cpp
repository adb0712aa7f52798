#include "tests/web/markup.hpp"

#include <algorithm>
#include <array>

namespace markup {

namespace {

bool is_space(char character)
{
    return std::string_view(" \n\t\r\f").find(character) != std::string_view::npos;
}

class Reader
{
public:
    explicit Reader(std::string_view html) : html_(html) {}

    Document read()
    {
        while (at_ < html_.size()) {
            if (starts_tag())
                read_tag();
            else
                add_text(html_[at_++]);
        }
        document_.text = decode(document_.text);
        document_.title = decode(document_.title);
        return std::move(document_);
    }

private:
    // "<" is text unless a letter, "/", "!" or "?" follows (tag open state).
    [[nodiscard]] bool starts_tag() const
    {
        if (html_[at_] != '<' || at_ + 1 >= html_.size())
            return false;
        if (in_title_)
            return html_.substr(at_).starts_with("</title");
        char const next = html_[at_ + 1];
        return (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '/' ||
               next == '!' || next == '?';
    }

    void add_text(char character)
    {
        auto& text = in_title_ ? document_.title : document_.text;
        if (!is_space(character))
            text += character;
        else if (!text.empty() && text.back() != ' ')
            text += ' ';
    }

    std::string read_while(auto accepted)
    {
        auto const begin = at_;
        while (at_ < html_.size() && accepted(html_[at_]))
            ++at_;
        return std::string(html_.substr(begin, at_ - begin));
    }

    void read_tag()
    {
        ++at_;
        Tag tag;
        tag.name = read_while([](char c) { return !is_space(c) && c != '>'; });
        for (;;) {
            read_while([](char c) { return is_space(c) || c == '/'; });
            if (at_ >= html_.size() || html_[at_] == '>')
                break;
            read_attribute(tag);
        }
        ++at_;
        in_title_ = tag.name == "title";
        document_.tags.push_back(std::move(tag));
    }

    void read_attribute(Tag& tag)
    {
        auto name = read_while([](char c) { return !is_space(c) && c != '=' && c != '>'; });
        std::string value;
        if (at_ < html_.size() && html_[at_] == '=') {
            ++at_;
            char const quote = at_ < html_.size() ? html_[at_] : ' ';
            if (quote == '"' || quote == '\'') {
                ++at_;
                value = read_while([&](char c) { return c != quote; });
                ++at_;
            } else {
                value = read_while([](char c) { return !is_space(c) && c != '>'; });
            }
        }
        tag.attributes.emplace_back(std::move(name), decode(value));
    }

    std::string_view html_;
    std::size_t at_ = 0;
    bool in_title_ = false;
    Document document_;
};

} // namespace

std::string Tag::attribute(std::string_view attribute_name) const
{
    for (auto const& [name_, value] : attributes) {
        if (name_ == attribute_name)
            return value;
    }
    return {};
}

std::vector<Tag> Document::named(std::string_view name) const
{
    std::vector<Tag> found;
    std::ranges::copy_if(tags, std::back_inserter(found), [&](Tag const& tag) {
        return tag.name == name;
    });
    return found;
}

std::string Document::skeleton() const
{
    std::string names;
    for (auto const& tag : tags) {
        names += '<' + tag.name;
        for (auto const& [name, value] : tag.attributes)
            names += ' ' + name;
        names += '>';
    }
    return names;
}

Document read(std::string_view html)
{
    return Reader(html).read();
}

std::string decode(std::string_view text)
{
    static constexpr std::array<std::pair<std::string_view, char>, 7> references{
        {
         {"&amp;", '&'},
         {"&lt;", '<'},
         {"&gt;", '>'},
         {"&#34;", '"'},
         {"&#39;", '\''},
         {"&#96;", '`'},
         {"&#61;", '='},
         }
    };
    std::string decoded;
    while (!text.empty()) {
        auto const found = std::ranges::find_if(references, [&](auto const& reference) {
            return text.starts_with(reference.first);
        });
        decoded += found == references.end() ? text.front() : found->second;
        text.remove_prefix(found == references.end() ? 1 : found->first.size());
    }
    return decoded;
}

} // namespace markup
