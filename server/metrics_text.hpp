// Writes the Prometheus text format, version 0.0.4.
#pragma once

#include "server/histogram.hpp"

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace server {

struct MetricLabel
{
    std::string_view name;
    std::string_view value; // any text; empty: the label is left out, which means the same
};
using MetricLabels = std::initializer_list<MetricLabel>;

enum class MetricType : std::uint8_t
{
    counter,
    gauge,
    histogram
};

class MetricsText
{
public:
    // `everywhere`: a label that each sample has after its own.
    explicit MetricsText(MetricLabel everywhere) : everywhere_(everywhere) {}

    // Begins a metric; its samples follow.
    void family(std::string_view name, MetricType type, std::string_view help);

    void sample(MetricLabels labels, std::integral auto value)
    {
        line("", labels, {}, std::to_string(value));
    }
    void sample(MetricLabels labels, double value);
    void histogram(MetricLabels labels, Histogram const& values); // cumulative, up to +Inf

    [[nodiscard]] std::string const& text() const { return text_; }

private:
    void
    line(std::string_view suffix, MetricLabels labels, MetricLabel last, std::string_view value);

    MetricLabel everywhere_;
    std::string_view name_; // of the metric begun last
    std::string text_;
};

} // namespace server
