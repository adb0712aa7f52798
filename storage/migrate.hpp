// Brings the file to the newest schema: storage/migrations/NNNN_words.sql, forward only, each in a
// transaction of its own together with the version it reaches. storage/schema.sql is the result.
#pragma once

#include "storage/database.hpp"
#include "storage/file_header.hpp"

#include <chrono>
#include <functional>
#include <stdexcept>

namespace storage {

// A file is not one to work with. It is left untouched. The text says which and what to try.
class FileRefused : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// The file is not this program's, or was written by a newer one.
class SchemaRefused : public FileRefused
{
public:
    using FileRefused::FileRefused;
};

struct Identity
{
    enum Kind
    {
        empty,       // a new file
        ours,        // with a schema that this program knows
        newer,       // of a newer grantexd
        foreign,     // of another program
        no_database, // something else
    };
    Kind kind = empty;
    int version = 0; // of the schema
};

// What the file is, by its first page.
Identity identify(Database& database);

// What to say of a schema that only a newer grantexd knows, and which one to install.
std::string newer_schema_text(std::string const& file, int version);

// The version the newest migration reaches.
int newest_schema_version();

// The version of the file; 0 when it is new. Throws SchemaRefused when it is not ours, or newer.
int schema_version(Database& database);

struct MigrationStep
{
    int version = 0;
    std::string name; // "0012_domains"
    std::chrono::microseconds took{};
};

// Returns the version before; `done` hears of each step when it is on disk. A step that was
// interrupted has not happened, and the next call does it. Throws SchemaRefused.
int migrate(Database& database, std::function<void(MigrationStep const&)> const& done = {});

} // namespace storage
