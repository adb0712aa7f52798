#include "server/backup/report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>

#include <map>

namespace backup {

namespace {

namespace json = boost::json;

template<class Duration> double seconds(Duration took)
{
    return std::chrono::duration<double>{took}.count();
}

// Null stands for none.
template<class Value> json::value or_null(bool is_there, Value const& value)
{
    return is_there ? json::value(value) : json::value(nullptr);
}

json::object chains(AuditChains const& audit)
{
    json::object object;
    object["developers"] = audit.developers;
    object["entries"] = audit.entries;
    return object;
}

json::array rows_of(std::vector<storage::TableCount> const& tables)
{
    json::array array;
    for (auto const& [name, rows] : tables) {
        json::object table;
        table["name"] = name;
        table["rows"] = rows;
        array.push_back(std::move(table));
    }
    return array;
}

json::array migrations(std::vector<storage::MigrationStep> const& steps)
{
    json::array array;
    for (auto const& step : steps) {
        json::object object;
        object["name"] = step.name;
        object["seconds"] = seconds(step.took);
        array.push_back(std::move(object));
    }
    return array;
}

} // namespace

json::object to_json(Report const& report)
{
    json::object object;
    object["file"] = report.file.string();
    object["bytes"] = report.bytes;
    object["seconds"] = seconds(report.took);
    object["sha256"] = report.sha256;
    object["schemaVersion"] = report.schema_version;
    object["tables"] = rows_of(report.tables);
    object["auditChains"] = chains(report.audit);
    json::array removed;
    for (auto const& name : report.removed)
        removed.emplace_back(name);
    object["removed"] = std::move(removed);
    return object;
}

json::object to_json(Restored const& restored)
{
    json::object object;
    object["file"] = restored.file.string();
    object["database"] = restored.database.string();
    object["kept"] = or_null(!restored.kept.empty(), restored.kept.string());
    object["unread"] = or_null(!restored.unread.empty(), restored.unread);
    object["checksum"] = restored.checksum;
    object["schemaVersion"] = restored.schema_version;
    object["migrations"] = migrations(restored.steps);
    json::array tables;
    for (auto const& change : table_changes(restored)) {
        json::object table;
        table["name"] = change.table;
        table["before"] = or_null(change.before.has_value(), change.before.value_or(0));
        table["after"] = or_null(change.after.has_value(), change.after.value_or(0));
        tables.push_back(std::move(table));
    }
    object["tables"] = std::move(tables);
    object["auditChains"] = chains(restored.audit);
    return object;
}

std::vector<TableChange> table_changes(Restored const& restored)
{
    std::map<std::string, TableChange> by_name;
    for (auto const& [name, rows] : restored.before)
        by_name[name].before = rows;
    for (auto const& [name, rows] : restored.after)
        by_name[name].after = rows;
    std::vector<TableChange> changes;
    for (auto& [name, change] : by_name) {
        change.table = name;
        changes.push_back(change);
    }
    return changes;
}

json::object to_json(Recovered const& recovered)
{
    json::object object;
    object["database"] = recovered.database.string();
    object["kept"] = or_null(!recovered.kept.empty(), recovered.kept.string());
    object["lostTransactions"] = recovered.transactions;
    object["damagedPages"] = json::value_from(recovered.pages);
    object["damage"] = json::value_from(recovered.damage);
    object["tables"] = rows_of(recovered.tables);
    object["auditChains"] = chains(recovered.audit);
    return object;
}

json::object to_json(Upgrade const& upgrade)
{
    json::object object;
    object["database"] = upgrade.database.string();
    object["before"] = upgrade.before;
    object["after"] = upgrade.after;
    object["migrations"] = migrations(upgrade.steps);
    object["kept"] = or_null(!upgrade.kept.empty(), upgrade.kept.string());
    json::object copy;
    copy["bytes"] = upgrade.copied_bytes;
    copy["seconds"] = seconds(upgrade.copying);
    object["copy"] = or_null(upgrade.copied_bytes > 0, std::move(copy));
    return object;
}

} // namespace backup
