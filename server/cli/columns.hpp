// A table for people: columns as wide as what is in them.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace cli {

using Row = std::vector<std::string>;

// The first row is the heading. The last column is not padded.
void print_columns(std::ostream& out, std::vector<Row> const& rows);

} // namespace cli
