#include "server/http/message_reader.hpp"
#include "tests/server/http/raw_http.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace std::string_literals;

namespace {

struct Row
{
    std::string what;
    std::string request;
    int status;
};

std::string const chunked_head =
    "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string with(std::string const& lines)
{
    return "POST /x HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n";
}

std::string with_host(std::string const& value)
{
    return "GET / HTTP/1.1\r\nHost: " + value + "\r\n\r\n";
}

std::string repeat(std::string const& text, int count)
{
    std::string result;
    for (int i = 0; i < count; ++i)
        result += text;
    return result;
}

// Sends the row with a second request behind it and expects one answer, then the end.
void expect_refusal(raw::Server& server, Row const& row)
{
    BOOST_TEST_CONTEXT(row.what)
    {
        auto const before = server.requests();
        raw::Client client(server);
        client.send(row.request + raw::get("/smuggled"));
        auto const answer = client.read_answer();
        BOOST_TEST(answer.status == row.status);
        BOOST_TEST(answer.header("connection") == "close");
        BOOST_TEST(!answer.body.empty());
        BOOST_TEST(client.is_closed());
        BOOST_TEST(server.requests() == before);
    }
}

// The status of the refusal; 200 for a message, 0 when more is to come.
unsigned status_of(std::string const& text, std::size_t piece)
{
    raw::EchoHandler handler;
    http::ListenerLimits const limits;
    auto const now = std::chrono::steady_clock::now();
    http::MessageReader reader(handler, limits);
    std::string kept;
    for (std::size_t at = 0; at < text.size(); at += piece) {
        kept += text.substr(at, piece);
        std::string_view rest = kept;
        auto const outcome = reader.read(rest, now);
        if (outcome != http::MessageReader::Outcome::more)
            return outcome == http::MessageReader::Outcome::complete ? 200
                                                                     : reader.refusal().status;
        kept.erase(0, kept.size() - rest.size());
    }
    return 0;
}

void expect_refusals(std::vector<Row> const& rows)
{
    raw::Server server;
    for (auto const& row : rows)
        expect_refusal(server, row);
}

} // namespace

BOOST_AUTO_TEST_SUITE(strict)

BOOST_AUTO_TEST_CASE(S_108_a_request_whose_length_is_ambiguous_is_refused)
{
    std::string const te = "Transfer-Encoding: ";
    std::string const cl = "Content-Length: ";
    expect_refusals({
        {"CL, then TE", with(cl + "5\r\n" + te + "chunked\r\n") + "0\r\n\r\n", 400},
        {"TE, then CL", with(te + "chunked\r\n" + cl + "5\r\n") + "0\r\n\r\n", 400},
        {"identity and CL", with(te + "identity\r\n" + cl + "5\r\n") + "hello", 400},
        {"differing CLs", with(cl + "5\r\n" + cl + "6\r\n") + "hello", 400},
        {"equal CLs", with(cl + "5\r\n" + cl + "5\r\n") + "hello", 400},
        {"CL as a list", with(cl + "5, 5\r\n") + "hello", 400},
        {"CL with a sign", with(cl + "+5\r\n") + "hello", 400},
        {"CL negative", with(cl + "-5\r\n") + "hello", 400},
        {"CL hexadecimal", with(cl + "0x5\r\n") + "hello", 400},
        {"CL empty", with("Content-Length:\r\n"), 400},
        {"CL beyond 64 bits", with(cl + "18446744073709551621\r\n") + "hello", 400},
        {"TE twice", with(te + "chunked\r\n" + te + "chunked\r\n") + "0\r\n\r\n", 400},
        {"chunked twice", with(te + "chunked, chunked\r\n") + "0\r\n\r\n", 501},
        {"TE xchunked", with(te + "xchunked\r\n") + "hello", 400},
        {"TE chunked, identity", with(te + "chunked, identity\r\n") + "0\r\n\r\n", 400},
        {"TE gzip, chunked", with(te + "gzip, chunked\r\n") + "0\r\n\r\n", 501},
        {"TE quoted", with(te + "\"chunked\"\r\n") + "0\r\n\r\n", 400},
        {"TE empty", with(te + "\r\n") + "0\r\n\r\n", 400},
        {"TE with a vertical tab", with(te + "\vchunked\r\n") + "0\r\n\r\n", 400},
        {"HTTP/1.0 with TE", "POST /x HTTP/1.0\r\n" + te + "chunked\r\n\r\n0\r\n\r\n", 400},
    });
}

BOOST_AUTO_TEST_CASE(S_108_a_malformed_head_is_refused)
{
    expect_refusals({
        {"bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
        {"bare LF everywhere", "GET / HTTP/1.1\nHost: a\n\n", 400},
        {"bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
        {"bare CR in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n", 400},
        {"bare CR as line end", "GET / HTTP/1.1\rHost: a\r\r", 400},
        {"CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400},
        {"NUL in a value", with("X: a"s + '\0' + "b\r\n"), 400},
        {"NUL in the target", "GET /"s + '\0' + " HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"control byte in a value", with("X: a\x01\r\n"), 400},
        {"DEL in a value", with("X: a\x7f\r\n"), 400},
        {"space before the colon", with("X : a\r\n"), 400},
        {"tab before the colon", with("Content-Length\t: 5\r\n") + "hello", 400},
        {"empty name", with(": a\r\n"), 400},
        {"no colon", with("hello\r\n"), 400},
        {"name that is no token", with("X(y): a\r\n"), 400},
        {"high-bit byte in a name", with("X\xc3\xa9: a\r\n"), 400},
        {"obs-fold", with("X: a\r\n b\r\n"), 400},
        {"obs-fold with a tab", with("X: a\r\n\tb\r\n"), 400},
        {"space before the first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
        {"two empty lines before the request", "\r\n\r\n" + raw::get("/"), 400},
    });
}

BOOST_AUTO_TEST_CASE(S_108_a_malformed_request_line_is_refused)
{
    std::string const rest = "\r\nHost: a\r\n\r\n";
    expect_refusals({
        {"no version", "GET /" + rest, 400},
        {"two spaces", "GET  / HTTP/1.1" + rest, 400},
        {"tab as separator", "GET\t/\tHTTP/1.1" + rest, 400},
        {"trailing space", "GET / HTTP/1.1 " + rest, 400},
        {"leading space", " GET / HTTP/1.1" + rest, 400},
        {"space in the target", "GET /a b HTTP/1.1" + rest, 400},
        {"high-bit byte in the target", "GET /\xc3\xa9 HTTP/1.1" + rest, 400},
        {"control byte in the target", "GET /\x01 HTTP/1.1" + rest, 400},
        {"fragment", "GET /a#b HTTP/1.1" + rest, 400},
        {"absolute-form", "GET http://a/ HTTP/1.1" + rest, 400},
        {"authority-form", "CONNECT a:443 HTTP/1.1" + rest, 400},
        {"asterisk-form", "OPTIONS * HTTP/1.1" + rest, 400},
        {"asterisk-form with GET", "GET * HTTP/1.1" + rest, 400},
        {"method that is no token", "G@T / HTTP/1.1" + rest, 400},
        {"lower-case version", "GET / http/1.1" + rest, 400},
        {"version without a minor", "GET / HTTP/1" + rest, 400},
        {"version with two digits", "GET / HTTP/1.10" + rest, 400},
        {"HTTP/1.2", "GET / HTTP/1.2" + rest, 505},
        {"HTTP/0.9", "GET / HTTP/0.9" + rest, 505},
        {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"a TLS handshake", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400},
        {"target of 8001 bytes", "GET /" + std::string(8000, 'a') + " HTTP/1.1" + rest, 414},
        {"request line without an end", "GET /" + std::string(9000, 'a'), 414},
    });
}

BOOST_AUTO_TEST_CASE(S_108_a_request_without_exactly_one_valid_host_is_refused)
{
    expect_refusals({
        {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"two equal Hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400},
        {"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400},
        {"empty", with_host(""), 400},
        {"list", with_host("a, b"), 400},
        {"space", with_host("a b"), 400},
        {"path", with_host("a/b"), 400},
        {"userinfo", with_host("u@a"), 400},
        {"scheme", with_host("http://a"), 400},
        {"quote", with_host("a\""), 400},
        {"high-bit byte", with_host("\xc3\xa9"), 400},
        {"port that is no number", with_host("a:b"), 400},
        {"long port", with_host("a:123456"), 400},
        {"two ports", with_host("a:1:2"), 400},
        {"only a port", with_host(":80"), 400},
        {"open bracket", with_host("[::1"), 400},
        {"bracket and rest", with_host("[::1]x"), 400},
        {"name in brackets", with_host("[localhost]"), 400},
        {"nothing in brackets", with_host("[]"), 400},
        {"no address in brackets", with_host("[1:2:::]:80"), 400},
    });
    raw::Server server;
    for (auto const* host : {"a", "a.example:3001", "127.0.0.1", "[::1]:80", "[::ffff:1.2.3.4]"})
        BOOST_TEST(raw::Client(server).ask(with_host(host)).status == 200, host);
}

BOOST_AUTO_TEST_CASE(S_108_a_head_beyond_its_limits_is_refused)
{
    expect_refusals({
        {"101 headers", with(repeat("X: a\r\n", 100)), 431},
        {"300 headers", with(repeat("X: a\r\n", 300)), 431},
        {"over 8 kB", with("X: " + std::string(8200, 'a') + "\r\n"), 431},
        {"over 8 kB without an end", "GET / HTTP/1.1\r\nX: " + std::string(9000, 'a'), 431},
        {"over 8 kB in many", with(repeat("X: " + std::string(200, 'a') + "\r\n", 50)), 431},
    });
    raw::Server server;
    BOOST_TEST(raw::Client(server).ask(with(repeat("X: a\r\n", 99))).status == 200);
    BOOST_TEST(raw::Client(server).ask(raw::get("/" + std::string(7999, 'a'))).status == 200);
}

BOOST_AUTO_TEST_CASE(S_108_a_malformed_chunked_body_is_refused)
{
    std::string const& head = chunked_head;
    std::string const end = "0\r\n\r\n";
    expect_refusals({
        {"size with 0x", head + "0x5\r\nhello\r\n0\r\n\r\n", 400},
        {"17 digits", head + "00000000000000005\r\nhello\r\n0\r\n\r\n", 400},
        {"16 digits and all", head + "ffffffffffffffff\r\nhello\r\n0\r\n\r\n", 413},
        {"negative size", head + "-5\r\nhello\r\n0\r\n\r\n", 400},
        {"size with a sign", head + "+5\r\nhello\r\n0\r\n\r\n", 400},
        {"no size", head + "\r\nhello\r\n0\r\n\r\n", 400},
        {"only an extension", head + ";a\r\nhello\r\n0\r\n\r\n", 400},
        {"space after the size", head + "5 \r\nhello\r\n0\r\n\r\n", 400},
        {"LF in an extension", head + "5;a\nb\r\nhello\r\n0\r\n\r\n", 400},
        {"CR in an extension", head + "5;a\rb\r\nhello\r\n0\r\n\r\n", 400},
        {"control byte in an extension", head + "5;a\x01\r\nhello\r\n0\r\n\r\n", 400},
        {"bare LF after the size", head + "5\nhello\r\n0\r\n\r\n", 400},
        {"bare LF after the data", head + "5\r\nhello\n0\r\n\r\n", 400},
        {"data longer than the size", head + "4\r\nhello\r\n0\r\n\r\n", 400},
        {"data shorter than the size", head + "6\r\nhello\r\n0\r\n\r\n", 400},
        {"extension of 20 kB", head + "5;" + std::string(20'000, 'a') + "\r\nhello\r\n" + end, 400},
        {"extension without an end", head + "5;" + std::string(2000, 'a'), 400},
        {"many extensions", head + repeat("1;" + std::string(50, 'a') + "\r\nx\r\n", 30) + end,
         400},
        {"trailer of 20 kB", head + "0\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n", 431},
        {"many trailers", head + "0\r\n" + repeat("X: aaaaaaaaaa\r\n", 100) + "\r\n", 431},
        {"malformed trailer", head + "0\r\nX : a\r\n\r\n", 400},
        {"bare LF in trailers", head + "0\r\nX: a\n\r\n", 400},
    });
}

BOOST_AUTO_TEST_CASE(an_unknown_expectation_is_refused)
{
    expect_refusals({
        {"unknown", with("Expect: 200-maybe\r\n"), 417},
        {"known and unknown", with("Expect: 100-continue, x\r\n"), 417},
        {"in two headers", with("Expect: 100-continue\r\nExpect: x\r\n"), 417},
    });
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_decoded_and_its_trailers_are_dropped)
{
    raw::Server server;
    raw::Client client(server);
    auto const answer = client.ask(
        chunked_head + "5;name=\"value\"\r\nhello\r\nA\r\n, chunked!\r\n0\r\nHost: evil\r\n\r\n"
    );
    BOOST_TEST(answer.body == "POST /x hello, chunked!");
    BOOST_TEST(server.last().header("host") == "a");
    BOOST_TEST(client.ask(raw::get("/next")).body == "GET /next ");
}

BOOST_AUTO_TEST_CASE(header_names_arrive_in_lower_case_and_values_without_padding)
{
    raw::Server server;
    raw::Client client(server);
    client.ask(with("X-Upper:  \t padded value \t\r\nX-Empty:\r\nX-Upper: second\r\n"));
    auto const message = server.last();
    BOOST_TEST(message.header("x-upper") == "padded value");
    BOOST_TEST(message.count_header("x-upper") == 2);
    BOOST_TEST(message.has_header("x-empty"));
    BOOST_TEST(!message.has_header("x-absent"));
    BOOST_TEST(message.peer_address == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(a_request_is_read_alike_however_it_is_cut)
{
    raw::EchoHandler handler;
    http::ListenerLimits const limits;
    auto const now = std::chrono::steady_clock::now();
    auto const text = "\r\n" + chunked_head + "5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX: y\r\n\r\nGET";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        http::MessageReader reader(handler, limits);
        auto outcome = http::MessageReader::Outcome::more;
        std::string kept;
        for (std::size_t at = 0; at < text.size(); at += piece) {
            kept += text.substr(at, piece);
            std::string_view rest = kept;
            if (outcome == http::MessageReader::Outcome::more)
                outcome = reader.read(rest, now);
            kept.erase(0, kept.size() - rest.size());
        }
        BOOST_TEST_CONTEXT("pieces of " << piece)
        {
            BOOST_TEST((outcome == http::MessageReader::Outcome::complete));
            BOOST_TEST(reader.take(now).body == "hello!");
            BOOST_TEST(kept == "GET");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_request_at_a_bound_ends_alike_however_it_is_cut)
{
    auto const long_extension =
        chunked_head + "0000000000000001;" + std::string(1020, 'e') + "\r\nx\r\n0\r\n\r\n";
    auto const nul_after_the_bound = "GET /" + std::string(9000, 'a') + '\0' + " HTTP/1.1\r\n\r\n";
    auto const long_trailer = chunked_head + "0\r\n" + std::string(1100, 't') + "\r\n\r\n";
    for (auto const piece : {std::size_t{1}, std::size_t{7}, std::size_t{100'000}})
        BOOST_TEST_CONTEXT("pieces of " << piece)
        {
            BOOST_TEST(status_of(long_extension, piece) == 200);
            BOOST_TEST(status_of(nul_after_the_bound, piece) == 414);
            BOOST_TEST(status_of(long_trailer, piece) == 431);
        }
}

BOOST_AUTO_TEST_SUITE_END()
