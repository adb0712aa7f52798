#include "server/cli/demo_narrator.hpp"

#include "server/cli/wrap_text.hpp"
#include "server/rules/display_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdio>
#include <ostream>

namespace cli {

namespace {

constexpr std::size_t text_indent = 4;
constexpr std::size_t call_indent = 6;
constexpr std::size_t label_width = 15;
constexpr std::size_t status_column = 62;
constexpr std::size_t shown_characters_max = 2000;

constexpr std::string_view bold = "1";
constexpr std::string_view dim = "2";
constexpr std::string_view red = "31";

std::string milliseconds(std::chrono::microseconds took)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f ms", static_cast<double>(took.count()) / 1000);
    return text;
}

std::string aligned_right(std::string text, std::size_t width)
{
    return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string line_of(Call const& call)
{
    std::string line(call_indent, ' ');
    line += call.method;
    line.resize(std::max(line.size() + 1, call_indent + 7), ' ');
    line += call.path;
    line.resize(std::max(line.size() + 1, status_column), ' ');
    line += call.status == 0 ? "no answer" : std::to_string(call.status);
    return line + (call.status == 0 ? "" : aligned_right(milliseconds(call.took), 11));
}

bool is_link(std::string_view note)
{
    return note.starts_with("http://") || note.starts_with("https://");
}

} // namespace

std::string Narrator::styled(std::string_view text, std::string_view code) const
{
    if (style_ != Style::colored)
        return std::string{text};
    return "\x1b[" + std::string{code} + 'm' + std::string{text} + "\x1b[0m";
}

void Narrator::say(std::string_view text)
{
    if (style_ != Style::json)
        out_ << wrap_text(rules::display_text(text, shown_characters_max), 0) << '\n' << std::flush;
}

void Narrator::tell(Step const& step)
{
    if (style_ == Style::json)
        print_json(step, nullptr);
    else
        print(step);
}

void Narrator::tell_failure(Step const& step, StepFailed const& failure)
{
    if (style_ == Style::json) {
        print_json(step, &failure);
        return;
    }
    print(step);
    auto const shown = [](std::string const& text) {
        return rules::display_text(text, shown_characters_max);
    };
    errors_ << '\n'
            << styled("grantexd demo stopped at step " + std::to_string(step.number) + ".", red)
            << '\n'
            << wrap_text(shown(failure.what()), 0) << '\n';
    if (!failure.try_next().empty())
        errors_ << wrap_text("Try: " + shown(failure.try_next()), 0) << '\n';
    errors_ << std::flush;
}

void Narrator::print(Step const& step)
{
    out_ << '\n'
         << aligned_right(std::to_string(step.number), 2) << "  "
         << styled(wrap_text(step.sentence, text_indent), bold) << '\n';
    for (auto const& call : step.calls)
        out_ << styled(line_of(call), dim) << '\n';
    for (auto const& note : step.notes)
        print(note);
    out_ << std::flush;
}

void Narrator::print(Note const& note)
{
    auto indent = note.label.empty() && is_link(note.text) ? text_indent : call_indent;
    out_ << std::string(indent, ' ');
    if (!note.label.empty()) {
        auto label = rules::display_text(note.label, 60);
        label.resize(std::max(label.size() + 1, label_width), ' ');
        out_ << styled(label, dim);
        indent += label.size();
    }
    out_ << wrap_text(rules::display_text(note.text, shown_characters_max), indent) << '\n';
}

void Narrator::print_json(Step const& step, StepFailed const* failure)
{
    boost::json::array calls;
    for (auto const& call : step.calls)
        calls.push_back(boost::json::object{
            {"method", call.method},
            {"path", call.path},
            {"status", call.status},
            {"microseconds", call.took.count()}});
    boost::json::object object{{"step", step.number},       {"name", step.name},
                               {"ok", failure == nullptr},  {"sentence", step.sentence},
                               {"calls", std::move(calls)}, {"facts", step.facts}};
    if (failure != nullptr) {
        object["message"] = failure->what();
        object["try"] = failure->try_next();
    }
    out_ << boost::json::serialize(object) << '\n' << std::flush;
}

std::string shortened(std::string_view secret)
{
    constexpr std::size_t start = 8;
    constexpr std::size_t end = 4;
    // Never more than a third, however short it is.
    if (secret.size() < 3 * (start + end))
        return std::string{secret.substr(0, secret.size() / 3)} + "...";
    return std::string{secret.substr(0, start)} + "..." +
           std::string{secret.substr(secret.size() - end)};
}

} // namespace cli
