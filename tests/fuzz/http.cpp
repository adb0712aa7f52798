// The strict HTTP layer: an input is what one connection sends.
#include "server/http/message_reader.hpp"
#include "server/rules/network.hpp"
#include "tests/fuzz/fuzzer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace {

constexpr std::size_t body_bytes_max = 300;
constexpr http::ListenerLimits limits{.header_bytes_max = 700, .header_count_max = 8};

class Anything : public http::Handler
{
public:
    void handle(http::Message, http::Respond) override {}
    http::Response refuse(unsigned, std::string_view) override { return {}; }
    std::size_t body_bytes_max(std::string_view, std::string_view) override
    {
        return ::body_bytes_max;
    }
};

struct Reading
{
    struct Part
    {
        http::Message message;
        http::Framing framing;
        std::size_t end = 0; // of its bytes

        bool operator==(Part const& other) const
        {
            return message.method == other.message.method &&
                   message.target == other.message.target &&
                   message.headers == other.message.headers && message.body == other.message.body &&
                   framing.http_1_0 == other.framing.http_1_0 &&
                   framing.keep_alive == other.framing.keep_alive && end == other.end;
        }
    };
    std::vector<Part> parts;
    std::optional<http::Refusal> refusal;

    bool operator==(Reading const& other) const
    {
        auto const status = [](Reading const& reading) {
            return reading.refusal ? reading.refusal->status : 0;
        };
        return parts == other.parts && status(*this) == status(other);
    }
};

// Reads the bytes in pieces of the sizes that `next_size` gives.
template<class NextSize> Reading read_pieces(std::string_view bytes, NextSize next_size)
{
    using Outcome = http::MessageReader::Outcome;
    Anything handler;
    http::MessageReader reader{handler, limits};
    Reading reading;
    std::size_t begin = 0;
    std::size_t end = 0;
    while (end < bytes.size()) {
        end = std::min(bytes.size(), end + next_size());
        for (auto outcome = Outcome::complete; outcome == Outcome::complete;) {
            // A copy of its own: what is read beyond it is found out.
            std::string const arrived{bytes.substr(begin, end - begin)};
            std::string_view rest{arrived};
            outcome = reader.read(rest, {});
            begin = end - rest.size();
            if (outcome == Outcome::refused) {
                reading.refusal = reader.refusal();
                return reading;
            }
            if (outcome == Outcome::complete) {
                auto const framing = reader.framing();
                reading.parts.push_back({reader.take({}), framing, begin});
            }
        }
    }
    return reading;
}

Reading read_whole(std::string_view bytes)
{
    return read_pieces(bytes, [&] { return bytes.size(); });
}

// The same sizes for the same bytes.
Reading read_torn(std::string_view bytes)
{
    std::size_t state = bytes.size();
    for (auto const c : bytes)
        state = state * 31 + static_cast<unsigned char>(c);
    return read_pieces(bytes, [&] {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return 1 + (state >> 33U) % 23;
    });
}

bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

void check_message(http::Message const& message, http::Framing const& framing)
{
    using test::must;
    must(http::is_token(message.method), "a method is a token");
    must(message.target.starts_with('/'), "a target is a path");
    must(
        std::ranges::all_of(message.target, [](char c) { return c > ' ' && c < 0x7f && c != '#'; }),
        "of visible ASCII"
    );
    must(message.headers.size() <= limits.header_count_max, "there are as many headers as may be");
    for (auto const& [name, value] : message.headers) {
        must(http::is_token(name) && http::is_field_value(value), "a header is one");
        must(
            std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; }), "in lower case"
        );
        must(value.empty() || (!is_blank(value.front()) && !is_blank(value.back())), "trimmed");
    }
    must(message.body.size() <= body_bytes_max, "a body has its bound");
    must(
        message.count_header("content-length") + message.count_header("transfer-encoding") <= 1,
        "nothing has two framings"
    );
    must(
        framing.chunked || message.body.size() == framing.content_length,
        "a body is as long as its head says"
    );
    must(framing.http_1_0 || message.count_header("host") == 1, "there is one host");
    auto const host = message.header("host");
    if (host.starts_with('['))
        must(
            rules::parse_address(host.substr(1, host.find(']') - 1)).has_value() &&
                host.find(':') < host.find(']'),
            "a host in brackets is an address of IPv6"
        );
}

// In one of the two framings, as a client would write it.
std::string written(Reading::Part const& part, bool chunked)
{
    auto const& [message, framing, end] = part;
    auto bytes = message.method + " " + message.target +
                 (framing.http_1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    for (auto const& [name, value] : message.headers)
        if (name != "content-length" && name != "transfer-encoding")
            bytes.append(name).append(": ").append(value).append("\r\n");
    auto const size = message.body.size();
    if (!chunked)
        return bytes + "Content-Length: " + std::to_string(size) + "\r\n\r\n" + message.body;
    bytes += "Transfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < size; at += 9) {
        auto const chunk = message.body.substr(at, 9);
        bytes += std::to_string(chunk.size()) + ";x\r\n" + chunk + "\r\n";
    }
    return bytes + "0\r\n\r\n";
}

void check_written(Reading::Part const& part, bool chunked)
{
    auto const& message = part.message;
    auto const has_framing =
        message.has_header("content-length") || message.has_header("transfer-encoding");
    auto const bytes = written(part, chunked);
    if (bytes.find("\r\n\r\n") + 4 > limits.header_bytes_max ||
        (!has_framing && message.headers.size() == limits.header_count_max))
        return;
    auto const again = read_whole(bytes);
    test::must(!again.refusal && again.parts.size() == 1, "a message written again is one message");
    test::must(again.parts.front().message.body == message.body, "with the same body");
    test::must(again.parts.front().message.target == message.target, "and the same target");
    test::must(again.parts.front().end == bytes.size(), "and nothing is left");
}

// What stands in the bytes themselves, found without the reader.
void check_bytes(std::string_view bytes, Reading::Part const& part)
{
    std::string lower{bytes.substr(0, bytes.find("\r\n\r\n", 2) + 4)};
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    auto const first = lower.find("\r\ncontent-length:");
    auto const coded = lower.find("\r\ntransfer-encoding:");
    test::must(
        (first == lower.npos) || (coded == lower.npos), "the bytes do not name two framings"
    );
    test::must(
        first == lower.npos || lower.find("\r\ncontent-length:", first + 1) == lower.npos,
        "nor two lengths"
    );
    if (!part.framing.chunked)
        test::must(
            bytes.size() == lower.size() + part.message.body.size(),
            "a message ends where its length says"
        );
}

} // namespace

void test::fuzz(std::string_view input)
{
    auto const whole = read_whole(input);
    must(read_pieces(input, [] { return std::size_t{1}; }) == whole, "byte by byte it is the same");
    must(read_torn(input) == whole, "in any pieces it is the same");

    std::size_t begin = 0;
    for (auto const& part : whole.parts) {
        check_message(part.message, part.framing);
        check_written(part, false);
        if (!part.framing.http_1_0)
            check_written(part, true);
        check_bytes(input.substr(begin, part.end - begin), part);
        begin = part.end;
    }
}
