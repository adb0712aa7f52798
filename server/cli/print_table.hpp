// Columns of text and numbers for a terminal, and how sizes and times are written in them.
#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace cli {

using Row = std::vector<std::string>;

enum class Columns : std::uint8_t
{
    texts,  // each stands left
    numbers // all but the first stand right
};

// Rows of equal length, the first being the titles. Each line is indented by two.
void print_table(std::ostream& out, std::vector<Row> const& rows, Columns columns = Columns::texts);

// "512 bytes", "24 kB", "3.5 MB": thousands, as file managers count.
std::string size_text(std::int64_t bytes);

// "0.012 s"
std::string seconds_text(std::chrono::microseconds took);

} // namespace cli
