#include "server/cli/http_client.hpp"

#include "server/cli/arguments.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/system/error_code.hpp>
#include <boost/url/parse.hpp>

#include <charconv>

namespace cli {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Request = beast::http::request<beast::http::string_body>;
using Response = beast::http::response<beast::http::string_body>;

// One request and its answer, each part started by the end of the one before. No coroutine: under
// the sanitizers gcc 12 takes the new and delete of its frame for mismatched.
class Exchange
{
public:
    Exchange(Request request, std::string const& host, std::string const& port)
        : request_(std::move(request))
    {
        parser_.body_limit(HttpClient::answer_bytes_max);
        resolver_.async_resolve(host, port, [this](ErrorCode const& error, auto const& places) {
            if (!failed(error))
                connect(places);
        });
    }

    void run() { loop_.run_for(HttpClient::patience); } // covers every wait

    [[nodiscard]] ErrorCode const& failure() const { return failure_; }
    [[nodiscard]] bool done() const { return done_; }
    [[nodiscard]] Response take() { return parser_.release(); }

private:
    bool failed(ErrorCode const& error)
    {
        failure_ = error;
        return error.failed();
    }

    void connect(Tcp::resolver::results_type const& places)
    {
        asio::async_connect(socket_, places, [this](ErrorCode const& error, Tcp::endpoint const&) {
            if (!failed(error))
                write();
        });
    }

    void write()
    {
        beast::http::async_write(socket_, request_, [this](ErrorCode const& error, std::size_t) {
            if (!failed(error))
                read();
        });
    }

    void read()
    {
        beast::http::async_read(
            socket_, buffer_, parser_,
            [this](ErrorCode const& error, std::size_t) { done_ = !failed(error); }
        );
    }

    Request request_;
    beast::http::response_parser<beast::http::string_body> parser_;
    beast::flat_buffer buffer_;
    ErrorCode failure_;
    bool done_ = false;
    asio::io_context loop_{1};
    Tcp::resolver resolver_{loop_};
    Tcp::socket socket_{loop_};
};

// Why there is no answer, as a sentence.
std::string reason_of(ErrorCode const& error, std::string const& base_url)
{
    if (error == asio::error::connection_refused)
        return "No server listens at " + base_url;
    if (error.category() == asio::error::get_netdb_category())
        return "The name in " + base_url + " is not known";
    // Beast's own errors are about what came back.
    if (error.category() ==
        beast::http::make_error_code(beast::http::error::bad_version).category())
        return "The answer of " + base_url + " is no usable HTTP: " + error.message();
    return base_url + " does not answer: " + error.message();
}

bool is_port(std::string_view text)
{
    unsigned port = 80;
    auto const [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
    return text.empty() ||
           (fault == std::errc{} && end == text.data() + text.size() && port > 0 && port <= 65535);
}

} // namespace

HttpClient::HttpClient(std::string_view base_url)
{
    while (base_url.ends_with('/'))
        base_url.remove_suffix(1);
    auto const url =
        boost::urls::parse_uri(boost::urls::string_view{base_url.data(), base_url.size()});
    if (url && url->scheme_id() == boost::urls::scheme::https)
        throw UsageError(
            "the demo speaks plain http, not https. Try: on the server's machine, --url with the "
            "address it listens on"
        );
    if (!url || url->scheme_id() != boost::urls::scheme::http || url->encoded_host().empty() ||
        url->has_userinfo() || url->has_query() || url->has_fragment() || !is_port(url->port()))
        throw UsageError("--url must look like http://127.0.0.1:3001");
    base_url_ = base_url;
    host_ = url->host_address();
    port_ = url->port().empty() ? "80" : std::string{url->port()};
    authority_ = std::string{url->encoded_host_and_port()};
    prefix_ = std::string{url->encoded_path()};
}

bool HttpClient::is_local() const
{
    ErrorCode error;
    auto const address = asio::ip::make_address(host_, error);
    return error ? host_ == "localhost" : address.is_loopback();
}

HttpAnswer
HttpClient::send(std::string_view method, std::string_view path, std::string const& body) const
{
    Request request;
    request.method_string({method.data(), method.size()});
    request.target(prefix_ + std::string{path});
    request.set(beast::http::field::host, authority_);
    request.set(beast::http::field::connection, "close");
    request.set(beast::http::field::user_agent, "grantexd-demo");
    if (!key_.empty())
        request.set(beast::http::field::authorization, "Bearer " + key_);
    if (!body.empty())
        request.set(beast::http::field::content_type, "application/json");
    if (!body.empty() || method == "POST")
        request.content_length(body.size());
    request.body() = body;

    auto const started = std::chrono::steady_clock::now();
    Exchange exchange{std::move(request), host_, port_};
    exchange.run();
    if (exchange.failure())
        throw NoAnswer(reason_of(exchange.failure(), base_url_));
    if (!exchange.done())
        throw NoAnswer(
            base_url_ + " does not answer within " + std::to_string(patience.count()) + " seconds"
        );
    auto response = exchange.take();
    auto const took = std::chrono::steady_clock::now() - started;
    return {
        .status = response.result_int(),
        .body = std::move(response.body()),
        .request_id = std::string{response["X-Request-Id"]},
        .took = std::chrono::duration_cast<std::chrono::microseconds>(took)};
}

} // namespace cli
