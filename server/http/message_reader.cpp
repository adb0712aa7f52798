#include "server/http/message_reader.hpp"

#include <algorithm>
#include <utility>

namespace http {

namespace {

constexpr std::chrono::seconds rate_grace{3}; // a rate means nothing over the first moments

} // namespace

bool below_rate(
    std::size_t bytes, std::chrono::steady_clock::duration elapsed, std::size_t per_second
)
{
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(elapsed).count();
    return bytes < static_cast<std::size_t>(seconds) * per_second;
}

MessageReader::Outcome MessageReader::read(std::string_view& rest, Time now)
{
    if (part_ != Part::body)
        if (auto const outcome = read_head(rest, now); outcome != Outcome::complete)
            return outcome;
    return read_body(rest);
}

Message MessageReader::take(Time now)
{
    part_ = Part::between;
    continue_due_ = false;
    message_.received = now;
    return std::exchange(message_, {});
}

void MessageReader::continue_told(Time now)
{
    continue_due_ = false;
    began_ = now;
}

MessageReader::Outcome MessageReader::read_head(std::string_view& rest, Time now)
{
    // RFC 9112 section 2.2: an empty line before the request line is ignored; one is enough.
    if (!empty_line_skipped_ && rest.starts_with("\r\n")) {
        rest.remove_prefix(2);
        empty_line_skipped_ = true;
        scanned_ = 0;
    }
    if (rest.empty())
        return Outcome::more;
    if (part_ == Part::between)
        began_ = now;
    part_ = Part::head;
    framing_ = {};
    std::size_t end = 0;
    auto refusal = find_head_end(rest, limits_.header_bytes_max, scanned_, end);
    if (!refusal && end == 0)
        return Outcome::more;
    if (!refusal)
        refusal = parse_head(rest.substr(0, end), limits_.header_count_max, message_, framing_);
    if (refusal)
        return refuse(*refusal);
    rest.remove_prefix(end);
    scanned_ = 0;
    empty_line_skipped_ = false;
    return admit_body(!rest.empty(), now);
}

MessageReader::Outcome MessageReader::admit_body(bool body_has_begun, Time now)
{
    part_ = Part::body;
    began_ = now;
    if (!framing_.has_body())
        return Outcome::complete;
    std::size_t bytes_max = 0;
    try {
        bytes_max = handler_.body_bytes_max(message_.method, message_.target);
    } catch (...) {
        return refuse({500, "Internal server error."});
    }
    if (framing_.content_length > bytes_max)
        return refuse({413, "The request body is too large."});
    // RFC 9110 section 10.1.1: no 100 is owed when the body is already coming.
    continue_due_ = framing_.expects_continue && !body_has_begun;
    chunked_ = ChunkedBody(bytes_max);
    return Outcome::complete;
}

MessageReader::Outcome MessageReader::read_body(std::string_view& rest)
{
    auto& body = message_.body;
    if (framing_.chunked) {
        if (auto const refusal = chunked_.read(rest, body))
            return refuse(*refusal);
        return chunked_.done() ? Outcome::complete : Outcome::more;
    }
    auto const count = std::min(rest.size(), framing_.content_length - body.size());
    body.append(rest.substr(0, count));
    rest.remove_prefix(count);
    return body.size() == framing_.content_length ? Outcome::complete : Outcome::more;
}

MessageReader::Outcome MessageReader::refuse(Refusal refusal)
{
    refusal_ = refusal;
    return Outcome::refused;
}

bool MessageReader::is_late(Time now) const
{
    auto const elapsed = now - began_;
    if (part_ == Part::head)
        return elapsed > limits_.header_timeout;
    if (part_ == Part::between || continue_due_)
        return false;
    return elapsed > limits_.body_timeout ||
           (elapsed > rate_grace &&
            below_rate(message_.body.size(), elapsed, limits_.body_bytes_per_second_min));
}

} // namespace http
