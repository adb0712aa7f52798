// How many of the measured values fell into which range, and their sum: a Prometheus histogram.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace server {

class Histogram
{
public:
    // Upper bounds (inclusive) of the ranges, ascending. They must outlive the histogram.
    explicit Histogram(std::span<double const> bounds) : bounds_(bounds), counts_(bounds.size() + 1)
    {}

    void observe(double value)
    {
        auto const range = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
        ++counts_[static_cast<std::size_t>(range)];
        sum_ += value;
    }

    [[nodiscard]] std::span<double const> bounds() const { return bounds_; }
    // Of each range by itself; one more than there are bounds, for what is above all of them.
    [[nodiscard]] std::span<std::uint64_t const> counts() const { return counts_; }
    [[nodiscard]] double sum() const { return sum_; }

private:
    std::span<double const> bounds_;
    std::vector<std::uint64_t> counts_;
    double sum_ = 0;
};

} // namespace server
