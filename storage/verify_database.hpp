// Whether a database is whole, and what is in it, whatever its schema.
#pragma once

#include "storage/database.hpp"

#include <SQLiteCpp/Exception.h>

#include <stop_token>

namespace storage {

// A file whose pages are damaged, or that is no database (any more).
bool is_damage(SQLite::Exception const& error);

struct TableCount
{
    std::string table;
    std::int64_t rows = 0;

    bool operator==(TableCount const&) const = default;
};

// Every table by name with its rows. It reads each of them whole: not for the loop.
std::vector<TableCount> count_tables(Database& db);

// What is wrong with its pages, indexes and references, a sentence each, at most ten of a kind;
// empty when it is whole. It reads everything: not for the loop.
std::vector<std::string> find_damage(Database& db);

// While it lives, long statements on the connection end with SQLITE_INTERRUPT soon after a stop is
// asked for.
class StopsStatements
{
public:
    StopsStatements(Database& db, std::stop_token token);
    ~StopsStatements();
    StopsStatements(StopsStatements const&) = delete;
    StopsStatements& operator=(StopsStatements const&) = delete;

private:
    struct Interrupt
    {
        sqlite3* handle;
        void operator()() const;
    };

    sqlite3* handle_;
    std::stop_token token_;
    std::stop_callback<Interrupt> callback_;
};

} // namespace storage
