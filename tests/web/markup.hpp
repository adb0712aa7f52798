// Reads rendered HTML as a browser's tokenizer would (HTML 13.2.5, the parts our pages can reach),
// so that tests can ask what became an element and what stayed text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace markup {

struct Tag
{
    std::string name;                                            // "/p" for an end tag
    std::vector<std::pair<std::string, std::string>> attributes; // values decoded

    [[nodiscard]] std::string attribute(std::string_view attribute_name) const;
};

struct Document
{
    std::vector<Tag> tags;
    std::string text;  // between tags, decoded, runs of white space as one space; not the title
    std::string title; // decoded

    [[nodiscard]] std::vector<Tag> named(std::string_view name) const;
    // Names of tags and attributes only: the same for all values of a page.
    [[nodiscard]] std::string skeleton() const;
};

Document read(std::string_view html);

// Character references as our own escaping writes them, and every other named or numbered one left
// alone.
std::string decode(std::string_view text);

} // namespace markup
