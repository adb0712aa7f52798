#include "server/http/log.hpp"

#include "server/rules/time_text.hpp"

#include <unistd.h>

#include <algorithm>
#include <iterator>

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

Log::Log()
    : sink_([](std::string_view line) {
          std::string const text = std::string{line} + "\n";
          // A log that cannot be written must not stop the server.
          [[maybe_unused]] auto const written = ::write(STDERR_FILENO, text.data(), text.size());
      })
{}

void Log::request(
    std::string_view request_id, std::string_view caller, std::string_view method,
    std::string_view route, unsigned status, std::chrono::microseconds took
) const
{
    std::string line;
    line.reserve(192);
    line.append(request_id).append(" ").append(caller.empty() ? "-" : caller);
    line.append(" ").append(known_method(method)).append(" ").append(route);
    line.append(" ").append(std::to_string(status));
    line.append(" ").append(std::to_string(took.count())).append("us");
    write(line);
}

void Log::event(std::string_view name, std::initializer_list<Field> fields) const
{
    std::string line{"event="};
    line += name;
    for (auto const& field : fields)
        line.append(" ").append(field.name).append("=").append(log_value(field.value));
    write(line);
}

void Log::write(std::string const& line) const
{
    sink_(now_text() + " " + line);
}

} // namespace http
