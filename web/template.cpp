#include "web/template.hpp"

#include "web/escape.hpp"

namespace web {

namespace {

bool is_set(Member const& member, void const* value)
{
    switch (member.kind) {
    case Member::Kind::flag:
        return *static_cast<bool const*>(value);
    case Member::Kind::text:
        return !static_cast<std::string const*>(value)->empty();
    case Member::Kind::list:
        break;
    }
    return member.size(value) != 0;
}

class Run
{
public:
    Run(std::span<TemplateStep const> steps, void const* page) : steps_(steps), records_{page}
    {
        write(0, steps.size());
    }

    std::string html;

private:
    void write(std::size_t begin, std::size_t end)
    {
        for (std::size_t i = begin; i < end;) {
            auto const& step = steps_[i];
            if (step.kind == TemplateStep::Kind::literal) {
                html += step.literal;
                ++i;
                continue;
            }
            auto const* value = step.member->address(records_[step.record]);
            if (step.kind == TemplateStep::Kind::value) {
                append_escaped(html, *static_cast<std::string const*>(value));
                ++i;
                continue;
            }
            write_section(step, value, i + 1);
            i = step.end;
        }
    }

    void write_section(TemplateStep const& step, void const* value, std::size_t begin)
    {
        bool const inverted = step.kind == TemplateStep::Kind::inverted;
        if (is_set(*step.member, value) == inverted)
            return;
        if (inverted || step.member->kind != Member::Kind::list) {
            write(begin, step.end);
            return;
        }
        for (std::size_t index = 0; index < step.member->size(value); ++index) {
            records_.push_back(step.member->item(value, index));
            write(begin, step.end);
            records_.pop_back();
        }
    }

    std::span<TemplateStep const> steps_;
    std::vector<void const*> records_;
};

} // namespace

std::string run_template(std::span<TemplateStep const> steps, void const* page)
{
    return std::move(Run(steps, page).html);
}

} // namespace web
