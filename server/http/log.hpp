// The log: one line a request, one line an event worth a person's eye. Never a token, code, key or
// query string: routes are named by their pattern.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace http {

enum class LogFormat : std::uint8_t
{
    text,    // for people: a time, then words or name=value
    journal, // the same without the time, after a priority as sd-daemon(3) wants it
    json     // an object a line
};

// Of the setting: text, json, or auto, which is journal when systemd keeps our standard error.
LogFormat choose_log_format(std::string_view setting);

class LogOutput;

class Log
{
public:
    using Sink = std::function<void(std::string_view line)>; // a line, without its line feed

    // To standard error; a reader that stands still costs lines, which are counted, and never time.
    explicit Log(LogFormat format = LogFormat::text);
    explicit Log(Sink sink, LogFormat format = LogFormat::text)
        : sink_(std::move(sink)), format_(format)
    {}

    // Kept until the next flush(), so that the requests of a turn cost one write.
    void request(
        std::string_view request_id, std::string_view caller, std::string_view method,
        std::string_view route, unsigned status, std::chrono::microseconds took
    ) const;

    // At once, after what was kept:
    // event("consent.approved", {{"request", id}, ...}) -> `event=consent.approved request=...`
    struct Field
    {
        std::string_view name;
        std::string_view value;
    };
    void event(std::string_view name, std::initializer_list<Field> fields) const;

    void flush() const { flush_(); }

private:
    Log(std::shared_ptr<LogOutput> output, LogFormat format);

    Sink sink_;
    std::function<void()> flush_ = [] {};
    LogFormat format_;
};

// Control characters escaped, cut at 200 bytes: one value never becomes two lines.
std::string log_value(std::string_view text);

} // namespace http
