// A small HTTP/1.1 client for the commands that talk to a running server: one call at a time, plain
// http, a connection a call, and an end to every wait.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cli {

// There is no answer; the text says why.
class NoAnswer : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

struct HttpAnswer
{
    unsigned status = 0;
    std::string body;
    std::string request_id; // X-Request-Id, under which the server's log has it
    std::chrono::microseconds took{};
};

class HttpClient
{
public:
    // `http://host[:port][/prefix]`. Throws UsageError for anything else.
    explicit HttpClient(std::string_view base_url);

    // Sent with every call from now on, as `Authorization: Bearer`.
    void use_key(std::string key) { key_ = std::move(key); }

    // `path` starts with a slash and may have a query; `body` is JSON, or empty for none. Any
    // status is an answer; throws NoAnswer when there is none within `patience`.
    [[nodiscard]] HttpAnswer
    send(std::string_view method, std::string_view path, std::string const& body = {}) const;

    [[nodiscard]] std::string const& base_url() const { return base_url_; }

    // Whether the server is this machine, so that nobody on the way can read what is sent.
    [[nodiscard]] bool is_local() const;

    static constexpr std::chrono::seconds patience{10};
    static constexpr std::size_t answer_bytes_max = 4 * 1024 * 1024;

private:
    std::string base_url_; // no slash at the end
    std::string host_;     // name or address, without brackets
    std::string port_;
    std::string authority_; // as the Host header wants it
    std::string prefix_;
    std::string key_;
};

} // namespace cli
