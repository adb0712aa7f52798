#include "server/http/chunked.hpp"

#include <algorithm>
#include <charconv>

namespace http {

namespace {

constexpr std::size_t extra_bytes_max = 1024; // extensions and trailers of one body together
constexpr std::size_t size_digits_max = 16;
constexpr std::size_t line_bytes_max = size_digits_max + extra_bytes_max + 2; // CRLF

} // namespace

std::optional<Refusal> ChunkedBody::read(std::string_view& input, std::string& body)
{
    while (part_ != Part::done) {
        if (part_ == Part::data || part_ == Part::data_end) {
            if (input.empty())
                return {};
            auto const before = input.size();
            auto fault = part_ == Part::data ? read_data(input, body) : read_data_end(input);
            if (fault || input.size() == before)
                return fault;
            continue;
        }
        // Beyond the bound nothing is looked at: whether it has arrived already is chance.
        auto const line = first_line(input.substr(0, line_bytes_max));
        if (line.state == Line::State::broken)
            return Refusal{400, "Lines of a chunked body must end in CRLF and have no NUL."};
        if (line.state == Line::State::partial)
            return input.size() < line_bytes_max ? std::nullopt : count_extra(line_bytes_max);
        input.remove_prefix(line.text.size() + 2);
        if (part_ == Part::size) {
            if (auto fault = start_chunk(line.text, body.size()))
                return fault;
        } else if (line.text.empty()) {
            part_ = Part::done;
        } else {
            // RFC 9110 section 6.5.1: no trailer is understood here, so none merges.
            Headers dropped;
            if (auto fault = count_extra(line.text.size() + 2))
                return fault;
            if (auto fault = parse_field_line(line.text, dropped))
                return fault;
        }
    }
    return {};
}

std::optional<Refusal> ChunkedBody::read_data(std::string_view& input, std::string& body)
{
    auto const count = std::min(input.size(), remaining_);
    body.append(input.substr(0, count));
    input.remove_prefix(count);
    remaining_ -= count;
    if (remaining_ == 0)
        part_ = Part::data_end;
    return {};
}

std::optional<Refusal> ChunkedBody::read_data_end(std::string_view& input)
{
    constexpr std::string_view end = "\r\n";
    if (!end.starts_with(input.substr(0, end.size())))
        return Refusal{400, "A chunk is longer than its size."};
    if (input.size() >= end.size()) {
        input.remove_prefix(end.size());
        part_ = Part::size;
    }
    return {};
}

std::optional<Refusal> ChunkedBody::start_chunk(std::string_view line, std::size_t body_bytes)
{
    // RFC 9112 section 7.1: 1*HEXDIG, then extensions after a semicolon and nothing else.
    auto const digits = line.substr(0, line.find(';'));
    std::size_t size = 0;
    auto const [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    if (digits.empty() || digits.size() > size_digits_max || error != std::errc{} ||
        stop != digits.data() + digits.size() || digits.front() == '-')
        return Refusal{400, "A chunk must start with its size in hexadecimal."};
    auto const extension = line.substr(digits.size());
    if (!is_field_value(extension))
        return Refusal{400, "A chunk extension must not have control characters."};
    if (auto fault = count_extra(extension.size()))
        return fault;
    if (size > body_bytes_max_ - std::min(body_bytes, body_bytes_max_))
        return Refusal{413, "The request body is too large."};
    remaining_ = size;
    part_ = size == 0 ? Part::trailer : Part::data;
    return {};
}

std::optional<Refusal> ChunkedBody::count_extra(std::size_t bytes)
{
    extra_ += bytes;
    if (extra_ <= extra_bytes_max)
        return {};
    if (part_ == Part::trailer)
        return Refusal{431, "The trailers of the request are too large."};
    return Refusal{400, "The chunk extensions of the request are too large."};
}

} // namespace http
