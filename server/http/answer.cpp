#include "server/http/answer.hpp"

#include "server/http/strict.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <strings.h>

namespace http {

namespace {

std::string_view reason_of(unsigned status)
{
    struct Reason
    {
        unsigned status;
        std::string_view text;
    };
    static constexpr std::array reasons{
        Reason{200, "OK"},
        Reason{201, "Created"},
        Reason{202, "Accepted"},
        Reason{204, "No Content"},
        Reason{301, "Moved Permanently"},
        Reason{302, "Found"},
        Reason{303, "See Other"},
        Reason{304, "Not Modified"},
        Reason{307, "Temporary Redirect"},
        Reason{308, "Permanent Redirect"},
        Reason{400, "Bad Request"},
        Reason{401, "Unauthorized"},
        Reason{402, "Payment Required"},
        Reason{403, "Forbidden"},
        Reason{404, "Not Found"},
        Reason{405, "Method Not Allowed"},
        Reason{406, "Not Acceptable"},
        Reason{408, "Request Timeout"},
        Reason{409, "Conflict"},
        Reason{410, "Gone"},
        Reason{412, "Precondition Failed"},
        Reason{413, "Content Too Large"},
        Reason{414, "URI Too Long"},
        Reason{415, "Unsupported Media Type"},
        Reason{417, "Expectation Failed"},
        Reason{422, "Unprocessable Content"},
        Reason{426, "Upgrade Required"},
        Reason{428, "Precondition Required"},
        Reason{429, "Too Many Requests"},
        Reason{431, "Request Header Fields Too Large"},
        Reason{500, "Internal Server Error"},
        Reason{501, "Not Implemented"},
        Reason{502, "Bad Gateway"},
        Reason{503, "Service Unavailable"},
        Reason{504, "Gateway Timeout"},
        Reason{505, "HTTP Version Not Supported"},
    };
    auto const found = std::find_if(reasons.begin(), reasons.end(), [status](Reason const& reason) {
        return reason.status == status;
    });
    return found == reasons.end() ? std::string_view{} : found->text;
}

bool is_written_here(std::string_view name)
{
    static constexpr std::array<std::string_view, 4> names{
        "Content-Length", "Date", "Connection", "Transfer-Encoding"};
    return std::any_of(names.begin(), names.end(), [name](std::string_view own) {
        return own.size() == name.size() && strncasecmp(own.data(), name.data(), own.size()) == 0;
    });
}

void append_header(std::string& out, std::string_view name, std::string_view value)
{
    out.append(name).append(": ").append(value).append("\r\n");
}

} // namespace

std::string_view DateText::now()
{
    auto const second = std::time(nullptr);
    if (second == second_)
        return text_;
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    gmtime_r(&second, &parts);
    std::array<char, 64> buffer{};
    auto const size = std::snprintf(
        buffer.data(), buffer.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
        days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
        months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour,
        parts.tm_min, parts.tm_sec
    );
    text_.assign(buffer.data(), static_cast<std::size_t>(size));
    second_ = second;
    return text_;
}

void append_answer(
    std::string& out, Response const& response, AnswerForm form, std::string_view date
)
{
    // An interim or impossible status as the final answer would leave the client waiting.
    auto const status = response.status < 200 || response.status > 599 ? 500U : response.status;
    out.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
    out.append(reason_of(status)).append("\r\n");
    for (auto const& [name, value] : response.headers)
        if (is_token(name) && is_field_value(value) && !is_written_here(name))
            append_header(out, name, value);
    append_header(out, "Date", date);
    if (form.close)
        append_header(out, "Connection", "close");
    else if (form.keep_alive)
        append_header(out, "Connection", "keep-alive");
    // RFC 9110 section 8.6: no Content-Length with 204; with 304 it would describe another answer.
    bool const bodiless = status == 204 || status == 304;
    if (!bodiless && !form.endless)
        append_header(out, "Content-Length", std::to_string(response.body.size()));
    out.append("\r\n");
    if (!bodiless && !form.head_only && !form.endless)
        out.append(response.body);
}

} // namespace http
