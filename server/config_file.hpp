// The file of settings: a line `name = value` each, the names being those of the table in lower
// case (`grant_max_ttl = 7d`). Blank lines and lines that begin with # are skipped; a value may
// stand in double quotes.
#pragma once

#include "server/config.hpp"

#include <filesystem>
#include <iosfwd>
#include <map>
#include <string>

namespace server {

constexpr auto* default_config_file = "/etc/grantexd/grantexd.conf";

struct FileEntry
{
    std::string value;
    std::string origin; // "/etc/grantexd/grantexd.conf:12"
};
using FileEntries = std::map<std::string, FileEntry>; // by name, as written

// Throws ConfigError for a line or a name that is not understood, a name given twice, a secret
// written into the file itself, and a file that cannot be read.
FileEntries read_config_file(std::filesystem::path const& file);

// The same of an open file; `file` is what it is called.
FileEntries read_entries(std::istream& stream, std::string const& file);

} // namespace server
