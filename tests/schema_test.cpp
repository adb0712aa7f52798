// The database: migrations produce schema.sql, and no statement scans a table that grows.
#include "storage/migrate.hpp"
#include "tests/source_tree.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace {

namespace fs = std::filesystem;

struct Folder
{
    fs::path path = fs::temp_directory_path() / ("grantexd-schema-" + std::to_string(::getpid()));
    Folder() { fs::create_directories(path); }
    ~Folder()
    {
        std::error_code error; // what is left behind must not fail a test
        fs::remove_all(path, error);
    }
};

// type and name -> SQL, with white space and comments folded away.
std::map<std::string, std::string> schema_of(SQLite::Database& database)
{
    std::map<std::string, std::string> objects;
    SQLite::Statement rows{
        database, "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"};
    while (rows.executeStep()) {
        std::string folded;
        for (auto const& line : lines_of(rows.getColumn(2).getString()))
            for (auto const c : line.substr(0, line.find("--")))
                if (c != ' ')
                    folded += c;
        objects[rows.getColumn(0).getString() + " " + rows.getColumn(1).getString()] = folded;
    }
    return objects;
}

// Every statement of storage/: the raw literals and the one-line ones.
std::vector<std::pair<std::string, std::string>> statements()
{
    std::vector<std::pair<std::string, std::string>> found;
    for (auto const& file : source_files({"storage"}, {".cpp"})) {
        std::string_view text{file.text};
        for (std::size_t at = 0; (at = text.find("R\"sql(", at)) != std::string_view::npos;) {
            auto const end = text.find(")sql\"", at);
            found.emplace_back(file.path, text.substr(at + 6, end - at - 6));
            at = end;
        }
        for (auto const* const verb : {"\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE "})
            for (std::size_t at = 0; (at = text.find(verb, at)) != std::string_view::npos;) {
                auto const end = text.find('"', at + 1);
                found.emplace_back(file.path, text.substr(at + 1, end - at - 1));
                at = end;
            }
    }
    return found;
}

// Tables whose size does not grow with use.
std::set<std::string> const small_tables{
    "signing_keys", "server_keys", "sqlite_master", "totals_by_mode"};

} // namespace

BOOST_FIXTURE_TEST_CASE(the_migrations_produce_schema_sql, Folder)
{
    auto migrated = storage::Database::open_writer(path / "migrated.db");
    storage::migrate(migrated);
    SQLite::Database truth{
        (path / "truth.db").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    truth.exec(read_source(fs::path{SOURCE_DIR} / "storage/schema.sql"));

    auto const actual = schema_of(migrated.connection());
    auto const expected = schema_of(truth);
    for (auto const& [name, sql] : expected) {
        BOOST_TEST(actual.contains(name), name << " is in schema.sql only");
        if (actual.contains(name))
            BOOST_TEST(actual.at(name) == sql, name << " differs");
    }
    for (auto const& [name, sql] : actual)
        BOOST_TEST(expected.contains(name), name << " is in the migrations only");
}

BOOST_FIXTURE_TEST_CASE(every_table_is_strict_and_without_rowid, Folder)
{
    auto database = storage::Database::open_writer(path / "strict.db");
    storage::migrate(database);
    for (auto const& [name, sql] : schema_of(database.connection()))
        if (name.starts_with("table "))
            BOOST_TEST(sql.ends_with(")STRICT,WITHOUTROWID"), name);
}

BOOST_FIXTURE_TEST_CASE(no_statement_scans_a_growing_table, Folder)
{
    auto database = storage::Database::open_writer(path / "plans.db");
    storage::migrate(database);
    auto const all = statements();
    BOOST_TEST(all.size() > 40U); // the extraction still finds them
    for (auto const& [file, sql] : all) {
        SQLite::Statement plan{database.connection(), "EXPLAIN QUERY PLAN " + sql};
        while (plan.executeStep()) {
            auto const step = plan.getColumn(3).getString();
            if (!step.starts_with("SCAN "))
                continue;
            auto const table = step.substr(5, step.find(' ', 5) - 5);
            auto const harmless = small_tables.contains(table) || table == "tree" ||
                                  table == "CONSTANT" || table.starts_with("(");
            BOOST_TEST(harmless, file << ": " << step << " in" << sql);
        }
    }
}
