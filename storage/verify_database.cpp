#include "storage/verify_database.hpp"

#include <boost/describe/class.hpp>

#include <sqlite3.h>

#include <ranges>

namespace storage {

namespace {

constexpr int steps_between_looks = 10'000; // of SQLite's machine: some tenths of a millisecond

struct BrokenReference
{
    std::string table;
    std::optional<std::int64_t> rowid; // none in tables without rowid
    std::string parent;
};
BOOST_DESCRIBE_STRUCT(BrokenReference, (), (table, rowid, parent))

int stop_requested(void* token)
{
    return static_cast<std::stop_token*>(token)->stop_requested() ? 1 : 0;
}

// The one text that is put together at run time: the tables are those of the file, which may have
// the schema of an older version. The name comes from the file's own schema and is quoted.
std::int64_t count_rows(Database& db, std::string const& table)
{
    std::string quoted;
    for (auto const c : table)
        quoted.append(c == '"' ? 2 : 1, c);
    std::string text{"SELECT"};
    text.append(" count(*) FROM \"").append(quoted).append("\"");
    SQLite::Statement statement{db.connection(), text};
    statement.executeStep();
    return statement.getColumn(0).getInt64();
}

std::vector<std::string> broken_references(Database& db)
{
    constexpr std::size_t references_max = 10;
    std::vector<std::string> sentences;
    auto const broken = db.list<BrokenReference>("PRAGMA foreign_key_check");
    for (auto const& reference : broken | std::views::take(references_max))
        sentences.push_back(
            "a row of " + reference.table + " refers to a row of " + reference.parent +
            " that is not there"
        );
    return sentences;
}

} // namespace

bool is_damage(SQLite::Exception const& error)
{
    return error.getErrorCode() == SQLITE_CORRUPT || error.getErrorCode() == SQLITE_NOTADB;
}

std::vector<TableCount> count_tables(Database& db)
{
    std::vector<TableCount> counts;
    for (auto const& table : db.list<std::string>(R"sql(
             SELECT name FROM sqlite_master
             WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name)sql"))
        counts.push_back({table, count_rows(db, table)});
    return counts;
}

std::vector<std::string> find_damage(Database& db)
{
    try {
        auto damage = db.list<std::string>("PRAGMA integrity_check(10)");
        if (damage.size() != 1 || damage.front() != "ok")
            return damage; // who follows references through broken pages gets lost
        return broken_references(db);
    } catch (SQLite::Exception const& error) {
        if (error.getErrorCode() != SQLITE_CORRUPT)
            throw;
        return {std::string{"a page is not as it was written ("} + error.what() + ")"};
    }
}

void StopsStatements::Interrupt::operator()() const
{
    // Safe from any thread while the connection is open, which outlives this object.
    sqlite3_interrupt(handle);
}

// The handler alone would do, were it not that integrity_check walks a whole tree in one step.
StopsStatements::StopsStatements(Database& db, std::stop_token token)
    : handle_(db.connection().getHandle()), token_(std::move(token)),
      callback_(token_, Interrupt{handle_})
{
    sqlite3_progress_handler(handle_, steps_between_looks, stop_requested, &token_);
}

StopsStatements::~StopsStatements()
{
    sqlite3_progress_handler(handle_, 0, nullptr, nullptr);
}

} // namespace storage
