// One connection to the SQLite file, and the three ways to use it: find one row, list rows, run a
// change. Rows are described structs (Boost.Describe) whose members stand in the order of the
// selected columns, or single values. Errors of the disk are SQLite::Exception.
#pragma once

#include "storage/column.hpp"

#include <SQLiteCpp/Database.h>

#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>

namespace storage {

// SQL text known when the program is compiled; a string put together at run time does not compile.
class Sql
{
public:
    // NOLINTNEXTLINE(google-explicit-constructor): a literal is meant to convert
    consteval Sql(char const* text) : text_(text) {}
    [[nodiscard]] char const* text() const { return text_; }

private:
    char const* text_;
};

class Database
{
public:
    // The connection that writes and checkpoints. Creates the file (0600) when it is missing.
    // Throws SchemaRefused (storage/migrate.hpp) when the file is not ours.
    static Database open_writer(std::filesystem::path const& file);

    // The same for a file that is damaged: what cannot be read of its log is dropped, and a page is
    // taken as it is, whatever its checksum says. What is written gets a new one.
    static Database open_damaged(std::filesystem::path const& file);

    // Read-only; never checkpoints. The file must exist.
    static Database open_reader(std::filesystem::path const& file);

    template<class Row, class... Values> std::optional<Row> find(Sql sql, Values const&... values)
    {
        Running statement{*this, sql};
        bind_all(*statement, values...);
        if (!statement->executeStep())
            return std::nullopt;
        auto row = read_row<Row>(*statement);
        // RETURNING does its work only when stepped to the end.
        while (statement->executeStep()) {
        }
        return row;
    }

    template<class Row, class... Values> std::vector<Row> list(Sql sql, Values const&... values)
    {
        Running statement{*this, sql};
        bind_all(*statement, values...);
        std::vector<Row> rows;
        while (statement->executeStep())
            rows.push_back(read_row<Row>(*statement));
        return rows;
    }

    // Returns how many rows changed.
    template<class... Values> int run(Sql sql, Values const&... values)
    {
        Running statement{*this, sql};
        bind_all(*statement, values...);
        return statement->exec();
    }

    // Statements that belong to no table family: transactions, pragmas, whole migrations.
    void execute(std::string const& sql) { connection_->exec(sql); }

    [[nodiscard]] bool in_transaction() const;

    [[nodiscard]] SQLite::Database& connection() { return *connection_; }
    [[nodiscard]] std::filesystem::path const& file() const { return file_; }

private:
    Database(std::filesystem::path file, int flags);
    void prepare_to_write();

    // A cached statement for the length of one use: reset and unbound afterwards, so that no read
    // snapshot stays open.
    class Running
    {
    public:
        Running(Database& database, Sql sql) : statement_(database.prepare(sql)) {}
        ~Running()
        {
            statement_.tryReset();
            statement_.clearBindings();
        }
        Running(Running const&) = delete;
        Running& operator=(Running const&) = delete;
        SQLite::Statement& operator*() { return statement_; }
        SQLite::Statement* operator->() { return &statement_; }

    private:
        SQLite::Statement& statement_;
    };

    SQLite::Statement& prepare(Sql sql);

    template<class... Values>
    static void bind_all(SQLite::Statement& statement, Values const&... values)
    {
        int index = 0;
        // Qualified: with a std::string the argument's own namespace would offer std::bind.
        (storage::bind(statement, ++index, values), ...);
    }

    template<class Row> static Row read_row(SQLite::Statement& statement)
    {
        Row row{};
        if constexpr (boost::describe::has_describe_members<Row>::value) {
            int index = 0;
            boost::mp11::mp_for_each<
                boost::describe::describe_members<Row, boost::describe::mod_public>>(
                [&](auto member) { read(statement.getColumn(index++), row.*member.pointer); }
            );
        } else {
            read(statement.getColumn(0), row);
        }
        return row;
    }

    std::filesystem::path file_;
    std::unique_ptr<SQLite::Database> connection_;
    // Keyed by the literal's address: each place in the source has its own statement.
    std::unordered_map<char const*, SQLite::Statement> statements_;
};

} // namespace storage
