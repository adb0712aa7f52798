// The log: one line a request, one line an event worth a person's eye. Never a token, code, key or
// query string: routes are named by their pattern.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace http {

class Log
{
public:
    using Sink = std::function<void(std::string_view line)>; // a line, without its line feed

    // To standard error.
    Log();
    explicit Log(Sink sink) : sink_(std::move(sink)) {}

    void request(
        std::string_view request_id, std::string_view caller, std::string_view method,
        std::string_view route, unsigned status, std::chrono::microseconds took
    ) const;

    // event("consent.approved", {{"request", id}, ...}) -> `event=consent.approved request=...`
    struct Field
    {
        std::string_view name;
        std::string_view value;
    };
    void event(std::string_view name, std::initializer_list<Field> fields) const;

private:
    void write(std::string const& line) const;

    Sink sink_;
};

// Control characters escaped, cut at 200 bytes: one value never becomes two lines.
std::string log_value(std::string_view text);

} // namespace http
