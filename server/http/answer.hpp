// Renders an answer into the bytes of HTTP/1.1 (RFC 9112 section 4).
#pragma once

#include "server/http/message.hpp"

#include <ctime>
#include <string>
#include <string_view>

namespace http {

// The value of the Date header (RFC 9110 section 5.6.7), rendered once a second.
class DateText
{
public:
    std::string_view now();

private:
    std::time_t second_ = -1;
    std::string text_;
};

struct AnswerForm
{
    bool head_only = false;  // answers HEAD: the length of the body, without the body
    bool close = false;      // says Connection: close
    bool endless = false;    // the body goes on until the connection ends: no length, no body yet
    bool keep_alive = false; // says Connection: keep-alive, which HTTP/1.0 clients wait for
};

// Appends the answer to `out`. A header that would break the framing (control characters, or one of
// those written here) is left out.
void append_answer(
    std::string& out, Response const& response, AnswerForm form, std::string_view date
);

} // namespace http
