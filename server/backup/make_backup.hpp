// Makes a backup: a copy of the database at one commit, read back and verified, with its checksum,
// and removes older ones. It only blocks the thread it is called on. A file under its final name
// is whole and verified; whatever goes wrong before leaves none.
#pragma once

#include "server/backup/report.hpp"
#include "server/config.hpp"
#include "server/rules/backup_names.hpp"
#include "storage/copy_database.hpp"

namespace backup {

struct Plan
{
    std::filesystem::path database;
    std::filesystem::path directory; // made when it is missing (0700)
    rules::KeptBackups kept;
    storage::Timestamp now;
    storage::CopyPace pace = storage::at_once;
};

Plan plan_of(server::Config const& config, storage::Timestamp now);

// One at a time in a directory, whoever makes it: another is told so. Throws Failed, also when it
// was stopped.
Report make_backup(Plan const& plan, std::stop_token const& stop = {});

} // namespace backup
