#include "server/cli/print_table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace cli {

void print_table(std::ostream& out, std::vector<Row> const& rows, Columns columns)
{
    std::vector<std::size_t> widths;
    for (auto const& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    }
    for (auto const& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            std::string const gap(widths[i] - row[i].size(), ' ');
            auto const right = i > 0 && columns == Columns::numbers;
            line += "  " + (right ? gap + row[i] : row[i] + gap);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out << line << "\n";
    }
}

std::string size_text(std::int64_t bytes)
{
    constexpr std::int64_t kilobyte = 1000;
    constexpr std::int64_t megabyte = 1'000'000;
    if (bytes < kilobyte)
        return std::to_string(bytes) + " bytes";
    if (bytes < megabyte)
        return std::to_string(bytes / kilobyte) + " kB";
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f MB", static_cast<double>(bytes) / megabyte);
    return text.data();
}

std::string seconds_text(std::chrono::microseconds took)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3f s", std::chrono::duration<double>{took}.count());
    return text.data();
}

} // namespace cli
