// The server without its socket: the real routes, dispatcher and database (a file in a temporary
// directory), a clock that stands still, and requests as function calls.
#pragma once

#include "server/app.hpp"
#include "server/http/dispatch.hpp"
#include "server/seeds.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace support {

struct Answer
{
    unsigned status = 0;
    http::Headers headers;
    std::string body;

    [[nodiscard]] boost::json::value json() const;                 // of the body
    [[nodiscard]] std::string text(std::string_view member) const; // a string member of the body
    [[nodiscard]] std::string header(std::string_view name) const; // empty when absent
    [[nodiscard]] std::string code() const { return text("code"); }
};

// A directory of its own, removed at the end.
class TemporaryDirectory
{
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(TemporaryDirectory const&) = delete;
    TemporaryDirectory& operator=(TemporaryDirectory const&) = delete;

    [[nodiscard]] std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

// 2026-03-02T09:00:00.000Z
constexpr storage::Timestamp start_time{std::chrono::milliseconds{1'772'442'000'000}};

class ApiServer
{
public:
    // Settings as flags, e.g. {{"consent-auth", "link"}}; development mode unless said otherwise.
    explicit ApiServer(server::Flags settings = {});

    struct Options
    {
        std::string key; // API key; empty: no Authorization header
        http::Headers headers{};
        std::string content_type = "application/json";
        std::string peer = "127.0.0.1";
    };

    // Sends and waits for the answer. `body` is sent as it is.
    Answer send(std::string method, std::string target, std::string body, Options const& options);
    Answer send(std::string method, std::string target, std::string body = {}); // live key

    Answer get(std::string target) { return send("GET", std::move(target)); }
    Answer post(std::string target, std::string body = {})
    {
        return send("POST", std::move(target), std::move(body));
    }
    Answer patch(std::string target, std::string body)
    {
        return send("PATCH", std::move(target), std::move(body));
    }
    Answer remove(std::string target) { return send("DELETE", std::move(target)); }

    // Hands over without waiting; the answer arrives in `answers` in the order it is given.
    void start(
        std::string method, std::string target, std::string body, Options const& options,
        std::vector<Answer>& answers
    );
    void run_until(std::vector<Answer> const& answers, std::size_t count);

    // A developer of this mode with this plan; its key.
    std::string developer(std::string mode, std::string plan = "enterprise");

    // The main job in single calls; every one is checked to succeed.
    std::string agent(std::string const& key = {}, std::string scopes = R"(["calendar:read"])");
    std::string code(std::string const& agent_id, std::string const& extra = {}); // sandbox only
    Answer grant(std::string const& agent_id, std::string const& extra = {});     // sandbox only
    Answer delegate(
        std::string const& token, std::string const& sub_agent,
        std::string scopes = R"(["calendar:read"])"
    );

    void advance(std::chrono::milliseconds by) { app.clock.advance(by); }

    // Every line that was logged.
    std::string log_text;

    TemporaryDirectory directory;
    boost::asio::io_context loop{1};
    server::App app;
    std::string live_key;
    std::string sandbox_key;
    std::string fatal; // why the server said it cannot go on
    http::Dispatch dispatch;

private:
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
};

} // namespace support
