// The texts of the schema are open to migrations, and to nothing else in the program.
#pragma once

#include "storage/database.hpp"

#include <sqlite3.h>

namespace storage {

class SchemaMayChange
{
public:
    explicit SchemaMayChange(Database& database) : handle_(database.connection().getHandle())
    {
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
    }
    ~SchemaMayChange() { sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr); }
    SchemaMayChange(SchemaMayChange const&) = delete;
    SchemaMayChange& operator=(SchemaMayChange const&) = delete;

private:
    sqlite3* handle_;
};

} // namespace storage
