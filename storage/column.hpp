// How C++ values become SQL parameters and columns become values again. Lists of strings are stored
// as lines: neither scopes nor redirect URIs can hold a line feed.
#pragma once

#include "storage/timestamp.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace storage {

std::string join_lines(std::vector<std::string> const& values);
std::vector<std::string> split_lines(std::string_view text);

inline void bind(SQLite::Statement& statement, int index, std::string_view value)
{
    // The text is copied: SQLite may read it after the caller's temporary is gone.
    statement.bind(index, std::string{value});
}
inline void bind(SQLite::Statement& statement, int index, std::integral auto value)
{
    statement.bind(index, static_cast<std::int64_t>(value));
}
inline void bind(SQLite::Statement& statement, int index, Timestamp value)
{
    statement.bind(index, to_milliseconds(value));
}
inline void bind(SQLite::Statement& statement, int index, std::vector<std::string> const& value)
{
    statement.bind(index, join_lines(value));
}
inline void bind(SQLite::Statement& statement, int index, std::nullopt_t)
{
    statement.bind(index); // NULL
}
template<class T> void bind(SQLite::Statement& statement, int index, std::optional<T> const& value)
{
    if (value)
        storage::bind(statement, index, *value); // qualified: std::bind would fit a std::string
    else
        statement.bind(index);
}

inline void read(SQLite::Column const& column, std::string& value)
{
    value.assign(column.getText(), static_cast<std::size_t>(column.getBytes()));
}
inline void read(SQLite::Column const& column, std::int64_t& value)
{
    value = column.getInt64();
}
inline void read(SQLite::Column const& column, int& value)
{
    value = column.getInt();
}
inline void read(SQLite::Column const& column, bool& value)
{
    value = column.getInt() != 0;
}
inline void read(SQLite::Column const& column, Timestamp& value)
{
    value = from_milliseconds(column.getInt64());
}
inline void read(SQLite::Column const& column, std::vector<std::string>& value)
{
    value = split_lines({column.getText(), static_cast<std::size_t>(column.getBytes())});
}
template<class T> void read(SQLite::Column const& column, std::optional<T>& value)
{
    if (column.isNull())
        value.reset();
    else
        read(column, value.emplace());
}

} // namespace storage
