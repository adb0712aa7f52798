// The strict layer: turns the raw bytes of a request head into a Message and its framing, and
// refuses whatever two HTTP implementations could understand differently (RFC 9112 sections 2, 3, 5
// and 6). It is the only reader of a head, so no second parser can disagree with it.
#pragma once

#include "server/http/message.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace http {

inline constexpr std::size_t target_bytes_max = 8000; // RFC 9112 section 3 asks for at least this

// Why a request was not understood; the text is a constant sentence that is safe to show.
struct Refusal
{
    unsigned status;
    std::string_view message;
};

// How the request's body is delimited and what becomes of the connection.
struct Framing
{
    bool http_1_0 = false;
    bool keep_alive = true;
    bool expects_continue = false;
    bool chunked = false;
    std::size_t content_length = 0;

    [[nodiscard]] bool has_body() const { return chunked || content_length > 0; }
};

struct Line
{
    enum class State
    {
        complete,
        partial,
        broken
    } state;
    std::string_view text; // of a complete line, without its CRLF
};

// The line `input` starts with. Broken: a CR or LF stands alone, or there is a NUL byte.
Line first_line(std::string_view input);

// Looks for the empty line that ends a head. `scanned` starts at 0 and is kept between calls while
// more bytes are appended to `input`; `end` becomes the size of the head, or stays 0 when it is not
// complete.
std::optional<Refusal> find_head_end(
    std::string_view input, std::size_t bytes_max, std::size_t& scanned, std::size_t& end
);

// Reads a complete head into method, target and headers of `message`, and `framing`. On a refusal
// what was read so far stays, so that the method may be known.
std::optional<Refusal>
parse_head(std::string_view head, std::size_t header_count_max, Message& message, Framing& framing);

// One field line; trailers are read with it too. Adds the lower-case name and the value to `into`.
std::optional<Refusal> parse_field_line(std::string_view line, Headers& into);

// RFC 9110 section 5.6.2 and 5.5: what may be written as a field name and as a field value.
bool is_token(std::string_view text);
bool is_field_value(std::string_view text);

} // namespace http
