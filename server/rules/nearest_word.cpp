#include "server/rules/nearest_word.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace rules {

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            auto const substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
        }
    }
    return row.back();
}

} // namespace

std::string nearest_word(std::string_view word, std::span<std::string const> candidates)
{
    return *std::ranges::min_element(candidates, {}, [&](std::string const& candidate) {
        return edit_distance(word, candidate);
    });
}

} // namespace rules
