// What backups are called, and which of them are kept: the newest of each of some days, and of each
// of some weeks. Days and weeks (from Monday on) are those of UTC.
#pragma once

#include "server/rules/time_text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rules {

std::string backup_name(Timestamp time); // "grantexd-20260302T091204Z.db"

// Nothing when it is not the name of a backup.
std::optional<Timestamp> parse_backup_name(std::string_view name);

struct KeptBackups
{
    int days = 1; // 1 or more, so that the newest backup stays
    int weeks = 0;
};

// Those of the names that are not kept any more, oldest first; names that are no backup's are
// neither counted nor removed. Days and weeks without a backup do not count: whoever was away for
// a month finds what there was.
std::vector<std::string> backups_to_remove(std::vector<std::string> const& names, KeptBackups kept);

} // namespace rules
