// What `grantexd backup` tells of the backup it made.
#pragma once

#include <boost/json/object.hpp>

#include <ostream>

namespace cli {

// `report` is what backup::to_json() makes of a backup::Report.
void print_backup_report(std::ostream& out, boost::json::object const& report);

} // namespace cli
