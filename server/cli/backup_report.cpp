#include "server/cli/backup_report.hpp"

#include "server/cli/print_table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <cmath>

namespace cli {

namespace {

std::string text(boost::json::value const& value)
{
    return value.is_string() ? std::string{value.get_string()}
                             : std::to_string(value.to_number<std::int64_t>());
}

} // namespace

void print_backup_report(std::ostream& out, boost::json::object const& report)
{
    auto const took = std::chrono::microseconds{
        std::llround(report.at("seconds").to_number<double>() * 1'000'000)};
    auto const& chains = report.at("auditChains").as_object();
    out << "Backup " << text(report.at("file")) << "\n  "
        << size_text(report.at("bytes").to_number<std::int64_t>()) << " in " << seconds_text(took)
        << ", schema version " << text(report.at("schemaVersion")) << "\n  sha256 "
        << text(report.at("sha256")) << "\n  verified: integrity, references, numbers of rows, "
        << text(chains.at("entries")) << " entries in " << text(chains.at("developers"))
        << " audit chains\n\n";
    std::vector<Row> rows{{"table", "rows"}};
    for (auto const& table : report.at("tables").as_array())
        rows.push_back({text(table.at("name")), text(table.at("rows"))});
    print_table(out, rows, Columns::numbers);
    out << "\n";
    for (auto const& name : report.at("removed").as_array())
        out << "Removed " << text(name) << ", which is not kept any more\n";
    out << "Try:  grantexd restore " << text(report.at("file")) << "    when it is needed\n";
}

} // namespace cli
