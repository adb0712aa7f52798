// Templates of the pages: a small subset of Mustache that can only emit escaped text. Names are
// resolved against the page's struct when a template is compiled, once at start; so a misspelt name
// stops the start, and values are never parsed again.
//
//   {{name}}                        a text of the page, escaped
//   {{#name}}...{{/name}}           once for each item of a list, or if a flag or text is set
//   {{^name}}...{{/name}}           if it is not
//   {{@key}}                        a sentence of the language; {name} in it is a text of the page
//   {{>file}}                       file.html in this place
//   {{<file}}{{$b}}..{{/b}}{{/file}}  file.html with its block b replaced
//   {{! note }}                     nothing
#pragma once

#include "web/embedded_file.hpp"
#include "web/locale.hpp"

#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/algorithm.hpp>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace web {

// A mistake in a template: "consent.html:12: no value named agent_nam".
class TemplateError : public std::logic_error
{
public:
    using std::logic_error::logic_error;
};

struct Member;
using Shape = std::vector<Member>; // what a template may say about one record

struct Member
{
    enum class Kind
    {
        text,
        flag,
        list
    };
    std::string_view name;
    Kind kind;
    void const* (*address)(void const* record); // of the std::string, bool or list
    std::size_t (*size)(void const* list) = nullptr;
    void const* (*item)(void const* list, std::size_t index) = nullptr;
    Shape const* items = nullptr;
};

template<class Record> Shape const& shape_of();

template<class Record, class Value, Value Record::*pointer> Member member_of(std::string_view name)
{
    Member member{
        .name = name, .kind = Member::Kind::text, .address = [](void const* record) {
            return static_cast<void const*>(&(static_cast<Record const*>(record)->*pointer));
        }};
    if constexpr (std::is_same_v<Value, bool>) {
        member.kind = Member::Kind::flag;
    } else if constexpr (!std::is_same_v<Value, std::string>) {
        member.kind = Member::Kind::list;
        member.size = [](void const* list) { return static_cast<Value const*>(list)->size(); };
        member.item = [](void const* list, std::size_t index) {
            return static_cast<void const*>(&(*static_cast<Value const*>(list))[index]);
        };
        member.items = &shape_of<typename Value::value_type>();
    }
    return member;
}

// Record is described (BOOST_DESCRIBE_STRUCT): members std::string, bool or std::vector of records.
template<class Record> Shape const& shape_of()
{
    static Shape const shape = [] {
        using namespace boost::describe;
        Shape members;
        boost::mp11::mp_for_each<describe_members<Record, mod_public>>([&](auto descriptor) {
            using Descriptor = decltype(descriptor);
            using Value = std::remove_cvref_t<decltype(std::declval<Record>().*descriptor.pointer)>;
            members.push_back(member_of<Record, Value, Descriptor::pointer>(descriptor.name));
        });
        return members;
    }();
    return shape;
}

// What templates are made from.
struct TemplateSources
{
    std::span<EmbeddedFile const> files;
    Locale const& locale;
    std::map<std::string, std::string, std::less<>> constants; // values every page has
};

// One instruction of a compiled template.
struct TemplateStep
{
    enum class Kind
    {
        literal,
        value,
        section,
        inverted
    };
    Kind kind;
    std::string literal;
    Member const* member = nullptr;
    std::size_t record = 0; // whose member: 0 is the page, 1 an item of its list, ...
    std::size_t end = 0;    // of a section: the first step behind it
};

// Throws TemplateError or LocaleError.
std::vector<TemplateStep>
compile_template(TemplateSources const& sources, std::string_view name, Shape const& shape);

std::string run_template(std::span<TemplateStep const> steps, void const* page);

// The template `name`.html for pages of this type.
template<class Page> class Template
{
public:
    Template(TemplateSources const& sources, std::string_view name)
        : steps_(compile_template(sources, name, shape_of<Page>()))
    {}

    [[nodiscard]] std::string render(Page const& page) const { return run_template(steps_, &page); }

private:
    std::vector<TemplateStep> steps_;
};

} // namespace web
