#include "server/metrics_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace server {

namespace {

// The shortest text that reads as the same number.
std::string number_text(double value)
{
    if (std::isnan(value))
        return "NaN";
    if (std::isinf(value))
        return value > 0 ? "+Inf" : "-Inf";
    std::array<char, 32> text{};
    auto const [end, fault] = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end};
}

std::string_view type_text(MetricType type)
{
    switch (type) {
    case MetricType::counter:
        return "counter";
    case MetricType::gauge:
        return "gauge";
    case MetricType::histogram:
        return "histogram";
    }
    return {};
}

void append_escaped(std::string& out, std::string_view text, bool quotes)
{
    for (auto const c : text)
        switch (c) {
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '"':
            out += quotes ? "\\\"" : "\"";
            break;
        default:
            out += c;
        }
}

} // namespace

void MetricsText::family(std::string_view name, MetricType type, std::string_view help)
{
    name_ = name;
    text_.append("# HELP ").append(name).append(" ");
    append_escaped(text_, help, false);
    text_.append("\n# TYPE ").append(name).append(" ").append(type_text(type)).append("\n");
}

void MetricsText::sample(MetricLabels labels, double value)
{
    line("", labels, {}, number_text(value));
}

void MetricsText::histogram(MetricLabels labels, Histogram const& values)
{
    std::uint64_t up_to_here = 0;
    auto const counts = values.counts();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        up_to_here += counts[i];
        auto const last = i == values.bounds().size();
        auto const bound = last ? "+Inf" : number_text(values.bounds()[i]);
        line("_bucket", labels, {"le", bound}, std::to_string(up_to_here));
    }
    line("_sum", labels, {}, number_text(values.sum()));
    line("_count", labels, {}, std::to_string(up_to_here));
}

void MetricsText::line(
    std::string_view suffix, MetricLabels labels, MetricLabel last, std::string_view value
)
{
    text_.append(name_).append(suffix);
    auto separator = '{';
    auto const add = [&](MetricLabel label) {
        if (label.value.empty())
            return;
        text_ += std::exchange(separator, ',');
        text_.append(label.name).append("=\"");
        append_escaped(text_, label.value, true);
        text_ += '"';
    };
    for (auto const label : labels)
        add(label);
    add(everywhere_);
    add(last);
    text_.append(separator == ',' ? "} " : " ").append(value).append("\n");
}

} // namespace server
