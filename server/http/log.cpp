#include "server/http/log.hpp"

#include "server/http/log_output.hpp"
#include "server/rules/time_text.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>

namespace http {

namespace {

constexpr std::size_t value_bytes_max = 200;

std::string now_text()
{
    return rules::time_text(
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())
    );
}

// A method is the client's text like any other: after a request with wrong framing it can be the
// rest of a body, and so a secret.
std::string_view known_method(std::string_view method)
{
    static constexpr std::string_view known[] = {"GET",   "HEAD",   "POST",   "PUT",
                                                 "PATCH", "DELETE", "OPTIONS"};
    return std::ranges::find(known, method) == std::end(known) ? "-" : method;
}

} // namespace

std::string log_value(std::string_view text)
{
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string value;
    for (auto const c : text.substr(0, value_bytes_max)) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            value += "\\x";
            value += digits[byte >> 4U];
            value += digits[byte & 0xFU];
        } else {
            value += c;
        }
    }
    if (text.size() > value_bytes_max)
        value += "...";
    return value;
}

namespace {

// A line under way: what is the same for requests and events, in each format.
class Line
{
public:
    // `priority`: syslog(3), 6 is information.
    Line(LogFormat format, char priority) : format_(format)
    {
        text_.reserve(192);
        if (format == LogFormat::journal)
            text_.append("<").append(1, priority).append(">");
        else if (format == LogFormat::json)
            text_.append(R"({"time":")").append(now_text()).append("\"");
        else
            text_.append(now_text()).append(" ");
    }

    // In JSON a member, else the bare value: the requests' columns.
    Line& column(std::string_view name, std::string_view value)
    {
        return format_ == LogFormat::json ? member(name, value) : bare(value);
    }
    Line& number(std::string_view name, std::int64_t value, std::string_view unit = {})
    {
        if (format_ != LogFormat::json)
            return bare(std::to_string(value) + std::string{unit});
        text_.append(",\"").append(name).append("\":").append(std::to_string(value));
        return *this;
    }
    // name=value, or a member.
    Line& field(std::string_view name, std::string_view value)
    {
        if (format_ == LogFormat::json)
            return member(name, value);
        bare(name);
        text_.append("=").append(value);
        return *this;
    }

    std::string finish() &&
    {
        if (format_ == LogFormat::json)
            text_ += '}';
        return std::move(text_);
    }

private:
    Line& bare(std::string_view value)
    {
        if (std::exchange(has_words_, true))
            text_ += ' ';
        text_ += value;
        return *this;
    }
    Line& member(std::string_view name, std::string_view value)
    {
        boost::json::string const text{value};
        text_.append(",\"").append(name).append("\":").append(boost::json::serialize(text));
        return *this;
    }

    LogFormat format_;
    std::string text_;
    bool has_words_ = false;
};

char priority_of(std::string_view event)
{
    return event == "fatal" ? '2' : event == "error" ? '3' : '5'; // a notice: worth an eye
}

} // namespace

LogFormat choose_log_format(std::string_view setting)
{
    if (setting == "json")
        return LogFormat::json;
    auto const* const journal = std::getenv("JOURNAL_STREAM"); // systemd.exec(5): device:inode
    struct stat output
    {};
    if (setting == "text" || journal == nullptr || ::fstat(STDERR_FILENO, &output) != 0)
        return LogFormat::text;
    auto const ours = std::to_string(output.st_dev) + ":" + std::to_string(output.st_ino);
    return ours == journal ? LogFormat::journal : LogFormat::text;
}

Log::Log(LogFormat format) : Log(std::make_shared<LogOutput>(STDERR_FILENO), format) {}

Log::Log(std::shared_ptr<LogOutput> output, LogFormat format)
    : sink_([output](std::string_view line) { output->add(line); }),
      flush_([output] { output->flush(); }), format_(format)
{}

void Log::request(
    std::string_view request_id, std::string_view caller, std::string_view method,
    std::string_view route, unsigned status, std::chrono::microseconds took
) const
{
    Line line{format_, '6'};
    line.column("request", request_id)
        .column("caller", caller.empty() ? "-" : caller)
        .column("method", known_method(method))
        .column("route", route)
        .number("status", status)
        .number("microseconds", took.count(), "us");
    sink_(std::move(line).finish());
}

void Log::event(std::string_view name, std::initializer_list<Field> fields) const
{
    Line line{format_, priority_of(name)};
    line.field("event", name);
    for (auto const& field : fields)
        line.field(field.name, log_value(field.value));
    sink_(std::move(line).finish());
    flush_();
}

} // namespace http
