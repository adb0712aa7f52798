#include "web/escape.hpp"
#include "web/html_position.hpp"
#include "web/template.hpp"

#include <algorithm>
#include <iterator>

namespace web {

namespace {

constexpr int depth_max = 16; // files within files; more is a file that includes itself

// The rest of one file, or of a block of it, that is being compiled.
struct Source
{
    std::string_view file;
    std::string_view text; // from the start of the file, so that lines can be counted
    std::size_t at = 0;
    int depth = 0;
};

using Blocks = std::map<std::string, Source, std::less<>>;

struct OpenSection
{
    std::string_view name;
    std::size_t step;
    HtmlPosition position;
    bool line_start;
    bool entered; // a list section, whose items are records of their own
};

class Compiler
{
public:
    Compiler(TemplateSources const& sources, Shape const& shape)
        : sources_(sources), shapes_{&shape}
    {}

    void include(std::string_view name, Blocks const& blocks, int depth)
    {
        auto const file =
            std::ranges::find(sources_.files, std::string(name) + ".html", &EmbeddedFile::name);
        if (file == sources_.files.end() || depth > depth_max)
            throw TemplateError(std::string(name) + ".html: missing, or includes itself");
        compile({file->name, file->text, 0, depth}, blocks);
    }

    std::vector<TemplateStep> steps;

private:
    void compile(Source source, Blocks const& blocks)
    {
        std::vector<OpenSection> open;
        for (;;) {
            auto const begin = std::min(source.text.find("{{", source.at), source.text.size());
            add_template_text(source.text.substr(source.at, begin - source.at));
            source.at = begin;
            if (begin == source.text.size())
                break;
            auto const tag = next_tag(source);
            compile_tag(source, tag, open, blocks);
        }
        if (!open.empty())
            fail(source, "section is not closed: ", open.back().name);
    }

    // Reads from `{{` to behind `}}`.
    static std::string_view next_tag(Source& source)
    {
        auto const end = source.text.find("}}", source.at);
        if (end == std::string_view::npos)
            fail(source, "tag is not closed", "");
        auto const tag = source.text.substr(source.at + 2, end - source.at - 2);
        source.at = end + 2;
        return tag;
    }

    void compile_tag(
        Source& source, std::string_view tag, std::vector<OpenSection>& open, Blocks const& blocks
    )
    {
        auto const name = tag.substr(tag.empty() ? 0 : 1);
        switch (tag.empty() ? ' ' : tag.front()) {
        case '!':
            return;
        case '#':
            return open_section(source, name, TemplateStep::Kind::section, open);
        case '^':
            return open_section(source, name, TemplateStep::Kind::inverted, open);
        case '/':
            return close_section(source, name, open);
        case '@':
            return add_sentence(source, name);
        case '>':
            return include(name, {}, source.depth + 1);
        case '<':
            return include(name, read_blocks(source, name), source.depth + 1);
        case '$':
            return add_block(source, name, blocks);
        case '{':
        case '&':
            fail(source, "there is no unescaped form: ", tag);
        default:
            add_value(source, tag);
        }
    }

    // What stands before {{/name}}, which is read too.
    static Source read_until_close(Source& source, std::string_view name)
    {
        auto const close = "{{/" + std::string(name) + "}}";
        auto const end = source.text.find(close, source.at);
        if (end == std::string_view::npos)
            fail(source, "not closed: ", name);
        Source const inner{source.file, source.text.substr(0, end), source.at, source.depth + 1};
        source.at = end + close.size();
        return inner;
    }

    // What a page says about the file it extends: blocks, and nothing else between them.
    static Blocks read_blocks(Source& source, std::string_view name)
    {
        Blocks blocks;
        auto inner = read_until_close(source, name);
        for (;;) {
            auto const begin = inner.text.find_first_not_of(" \n", inner.at);
            if (begin == std::string_view::npos)
                return blocks;
            if (!inner.text.substr(begin).starts_with("{{$"))
                fail(source, "only blocks may stand in ", name);
            inner.at = begin;
            auto const block = next_tag(inner).substr(1);
            blocks[std::string(block)] = read_until_close(inner, block);
        }
    }

    void add_block(Source& source, std::string_view name, Blocks const& blocks)
    {
        auto const own = read_until_close(source, name);
        auto const replaced = blocks.find(name);
        compile(replaced == blocks.end() ? own : replaced->second, {});
    }

    void open_section(
        Source const& source, std::string_view name, TemplateStep::Kind kind,
        std::vector<OpenSection>& open
    )
    {
        auto step = find(name);
        if (step.member == nullptr)
            fail(source, "no value named ", name);
        step.kind = kind;
        bool const entered =
            kind == TemplateStep::Kind::section && step.member->kind == Member::Kind::list;
        if (entered)
            shapes_.push_back(step.member->items);
        open.push_back({name, steps.size(), position_, line_start_, entered});
        steps.push_back(std::move(step));
    }

    void close_section(Source const& source, std::string_view name, std::vector<OpenSection>& open)
    {
        if (open.empty() || open.back().name != name)
            fail(source, "closes a section that is not open: ", name);
        auto const& section = open.back();
        if (!position_.same_place(section.position))
            fail(source, "section begins and ends in different parts of a tag: ", name);
        // As if it had been skipped: what follows must be safe in that case too.
        position_ = section.position;
        line_start_ = line_start_ && section.line_start;
        if (section.entered)
            shapes_.pop_back();
        steps[section.step].end = steps.size();
        open.pop_back();
    }

    void add_value(Source const& source, std::string_view name)
    {
        if (auto const refusal = position_.refusal(); !refusal.empty())
            fail(source, refusal, "");
        line_start_ = false;
        auto step = find(name);
        if (step.member == nullptr) {
            auto const constant = sources_.constants.find(name);
            if (constant == sources_.constants.end())
                fail(source, "no value named ", name);
            return add_escaped(constant->second);
        }
        if (step.member->kind != Member::Kind::text)
            fail(source, "only text can be shown: ", name);
        steps.push_back(std::move(step));
    }

    // Values in a sentence are isolated: an Arabic name must not reorder the words around it, nor
    // can one with direction marks (UAX #9, 3.1.4; the HTML element for it is bdi).
    void add_sentence(Source const& source, std::string_view key)
    {
        if (auto const refusal = position_.refusal(); !refusal.empty())
            fail(source, refusal, "");
        line_start_ = false;
        auto sentence = sources_.locale.sentence(key);
        for (;;) {
            auto const begin = sentence.find('{');
            add_escaped(sentence.substr(0, begin));
            if (begin == std::string_view::npos)
                return;
            auto const end = sentence.find('}', begin);
            if (end == std::string_view::npos)
                fail(source, "sentence has an open {: ", key);
            auto const name = sentence.substr(begin + 1, end - begin - 1);
            add_literal(position_.allows_elements() ? "<bdi>" : "");
            add_value(source, name);
            add_literal(position_.allows_elements() ? "</bdi>" : "");
            sentence.remove_prefix(end + 1);
        }
    }

    // The innermost record that has a member of this name.
    TemplateStep find(std::string_view name) const
    {
        for (auto record = shapes_.size(); record-- > 0;) {
            auto const found = std::ranges::find(*shapes_[record], name, &Member::name);
            if (found != shapes_[record]->end())
                return {TemplateStep::Kind::value, {}, &*found, record, 0};
        }
        return {TemplateStep::Kind::value, {}, nullptr, 0, 0};
    }

    // Indentation and empty lines are for the writer of the template only.
    void add_template_text(std::string_view text)
    {
        std::string kept;
        for (char const character : text) {
            if (line_start_ && (character == ' ' || character == '\n'))
                continue;
            line_start_ = character == '\n';
            kept += character;
        }
        position_.read(kept);
        add_literal(kept);
    }

    void add_escaped(std::string_view text)
    {
        std::string html;
        append_escaped(html, text);
        add_literal(html);
    }

    // Joins neighbours, except across the start or end of a section.
    void add_literal(std::string_view html)
    {
        if (html.empty())
            return;
        bool const joins = !steps.empty() && steps.back().kind == TemplateStep::Kind::literal &&
                           std::ranges::none_of(steps, [&](TemplateStep const& step) {
                               return step.end == steps.size();
                           });
        if (joins)
            steps.back().literal += html;
        else
            steps.push_back({TemplateStep::Kind::literal, std::string(html)});
    }

    [[noreturn]] static void
    fail(Source const& source, std::string_view problem, std::string_view name)
    {
        auto const line = 1 + std::ranges::count(source.text.substr(0, source.at), '\n');
        throw TemplateError(
            std::string(source.file) + ":" + std::to_string(line) + ": " + std::string(problem) +
            std::string(name)
        );
    }

    TemplateSources const& sources_;
    std::vector<Shape const*> shapes_;
    HtmlPosition position_;
    bool line_start_ = true; // nothing but spaces since the last line break
};

} // namespace

std::vector<TemplateStep>
compile_template(TemplateSources const& sources, std::string_view name, Shape const& shape)
{
    Compiler compiler(sources, shape);
    compiler.include(name, {}, 0);
    return std::move(compiler.steps);
}

} // namespace web
