// What a backup, a restore, a recovery or a migration did: values, and the JSON that --json prints.
#pragma once

#include "storage/migrate.hpp"
#include "storage/verify_database.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace backup {

// It was not done as asked. Nothing is left of it, unless the text says so, and the database is as
// it was. The text says why and ends in what to try.
class Failed : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

struct AuditChains
{
    std::int64_t developers = 0; // that have entries
    std::int64_t entries = 0;    // each of them hashed again
};

struct Report
{
    std::filesystem::path file;
    std::int64_t bytes = 0;
    std::chrono::milliseconds took{};
    std::string sha256; // hex; also in FILE.sha256
    int schema_version = 0;
    std::vector<storage::TableCount> tables;
    AuditChains audit;
    std::vector<std::string> removed; // names of older backups
};
// {file, bytes, seconds, sha256, schemaVersion, tables: [{name, rows}], auditChains: {developers,
// entries}, removed}
boost::json::object to_json(Report const& report);

struct Restored
{
    std::filesystem::path file;
    std::filesystem::path database;
    std::filesystem::path kept; // the database as it was; empty: there was none
    std::string unread;         // why that could not be read, or empty
    bool checksum = false;      // there was one, and it matches
    int schema_version = 0;     // of the file
    std::vector<storage::MigrationStep> steps;
    std::vector<storage::TableCount> before;
    std::vector<storage::TableCount> after;
    AuditChains audit;
};
// {file, database, kept, checksum, schemaVersion, migrations: [{name, seconds}], tables: [{name,
// before, after}], auditChains}; counts are null where there was no such table.
boost::json::object to_json(Restored const& restored);

struct TableChange
{
    std::string table;
    std::optional<std::int64_t> before;
    std::optional<std::int64_t> after;
};
// Every table of either side, by name.
std::vector<TableChange> table_changes(Restored const& restored);

struct Recovered
{
    std::filesystem::path database;
    std::filesystem::path kept;      // the database as it was; empty: nothing was wrong
    std::int64_t transactions = 0;   // of the log that are lost
    std::vector<std::int64_t> pages; // that are not as they were written, by number
    std::vector<std::string> damage; // what is wrong still, a sentence each
    std::vector<storage::TableCount> tables;
    AuditChains audit;
};
// {database, kept, lostTransactions, damagedPages, damage, tables: [{name, rows}], auditChains};
// kept is null when nothing was wrong.
boost::json::object to_json(Recovered const& recovered);

struct Upgrade
{
    std::filesystem::path database;
    int before = 0; // 0: the file was new
    int after = 0;
    std::vector<storage::MigrationStep> steps;
    std::filesystem::path kept; // the database as it was; empty: no step was needed, or a dry run
    std::int64_t copied_bytes = 0; // what was copied before the first step
    std::chrono::milliseconds copying{};
};
// {database, before, after, migrations: [{name, seconds}], kept, copy: {bytes, seconds}}; the last
// two are null when nothing was copied.
boost::json::object to_json(Upgrade const& upgrade);

} // namespace backup
