// Columns of text and numbers for a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace cli {

// Rows of equal length, the first being the titles. The first column is text and stands left, the
// others are numbers and stand right. Each line is indented by two.
void print_table(std::ostream& out, std::vector<std::vector<std::string>> const& rows);

// "512 bytes", "24 kB", "3.5 MB": thousands, as file managers count.
std::string size_text(std::int64_t bytes);

// "0.012 s"
std::string seconds_text(std::chrono::microseconds took);

} // namespace cli
