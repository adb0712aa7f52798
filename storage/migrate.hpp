// Brings the file to the newest schema: storage/migrations/NNNN_words.sql, forward only, each in a
// transaction of its own together with the version it reaches. storage/schema.sql is the result.
#pragma once

#include "storage/database.hpp"

#include <stdexcept>

namespace storage {

// "gxdb": marks the file as ours (PRAGMA application_id).
constexpr int application_id = 0x67786462;

// The file is not this program's, or was written by a newer one. It is left untouched.
class SchemaRefused : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// The version the newest migration reaches.
int newest_schema_version();

// The version of the file; 0 when it is new. Throws SchemaRefused when it is not ours.
int schema_version(Database& database);

// Returns the version before. Throws SchemaRefused.
int migrate(Database& database);

} // namespace storage
