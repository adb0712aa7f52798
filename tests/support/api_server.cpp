#include "tests/support/api_server.hpp"

#include "server/http/routes.hpp"
#include "tests/support/declared.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstdlib>
#include <memory>

namespace support {

namespace {

// To make a key takes longer than most tests: all servers of this process import one.
std::string const& signing_key_pem()
{
    static std::string const pem = [] {
        std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> const key{
            EVP_RSA_gen(2048), EVP_PKEY_free};
        std::unique_ptr<BIO, decltype(&BIO_free)> const memory{BIO_new(BIO_s_mem()), BIO_free};
        BOOST_REQUIRE(
            PEM_write_bio_PrivateKey(
                memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr
            ) == 1
        );
        char* text = nullptr;
        auto const size = BIO_get_mem_data(memory.get(), &text);
        return std::string(text, static_cast<std::size_t>(size));
    }();
    return pem;
}

server::Config config_for(std::filesystem::path const& directory, server::Flags settings)
{
    settings.emplace("rsa-private-key", signing_key_pem());
    settings.emplace("dev", "true");
    settings.emplace("data-dir", (directory / "data").string());
    settings.emplace("rate-profile", "off");
    if (settings["dev"] == "false" && settings["rate-profile"] == "off")
        settings["rate-profile"] = "appliance";
    return server::read_config(settings, {});
}

std::string last_error(std::string const& log)
{
    auto const start = log.rfind(" event=error ");
    return start == std::string::npos ? "" : log.substr(start, log.find('\n', start) - start);
}

} // namespace

boost::json::value Answer::json() const
{
    return boost::json::parse({body.data(), body.size()});
}

std::string Answer::text(std::string_view member) const
{
    auto const value = json();
    auto const* const found = value.as_object().if_contains({member.data(), member.size()});
    return found != nullptr && found->is_string() ? std::string{found->get_string()}
                                                  : std::string{};
}

std::string Answer::header(std::string_view name) const
{
    for (auto const& [key, value] : headers)
        if (key == name)
            return value;
    return {};
}

TemporaryDirectory::TemporaryDirectory()
{
    std::string pattern = (std::filesystem::temp_directory_path() / "grantexd-test-XXXXXX");
    path_ = ::mkdtemp(pattern.data());
}

TemporaryDirectory::~TemporaryDirectory()
{
    std::error_code error; // a test must not fail because a file is left behind
    std::filesystem::remove_all(path_, error);
}

ApiServer::ApiServer(server::Flags settings)
    : app(config_for(directory.path(), std::move(settings))),
      dispatch(
          loop, app, http::routes(),
          http::Log{[this](std::string_view line) { log_text.append(line).append("\n"); }},
          [this](std::string_view why) { fatal = why; }
      ),
      guard_(loop.get_executor())
{
    app.clock.fix(start_time);
    live_key = developer("live");
    sandbox_key = developer("sandbox");
}

Answer
ApiServer::send(std::string method, std::string target, std::string body, Options const& options)
{
    std::vector<Answer> answers;
    start(std::move(method), std::move(target), std::move(body), options, answers);
    run_until(answers, 1);
    loop.poll(); // the turn ends: what the test itself writes now is seen
    return answers.front();
}

Answer ApiServer::send(std::string method, std::string target, std::string body)
{
    return send(std::move(method), std::move(target), std::move(body), Options{.key = live_key});
}

void ApiServer::start(
    std::string method, std::string target, std::string body, Options const& options,
    std::vector<Answer>& answers
)
{
    http::Message message;
    message.method = std::move(method);
    message.target = std::move(target);
    message.headers = options.headers;
    message.headers.emplace_back("host", "127.0.0.1:3001");
    if (!options.key.empty())
        message.headers.emplace_back("authorization", "Bearer " + options.key);
    if (!body.empty() && !options.content_type.empty())
        message.headers.emplace_back("content-type", options.content_type);
    message.body = std::move(body);
    message.peer_address = options.peer;
    message.received = std::chrono::steady_clock::now();
    auto const asked = std::pair{message.method, message.target};
    dispatch.handle(std::move(message), [this, asked, &answers](http::Response response) {
        expect_declared(asked.first, asked.second, response);
        if (response.status == 500 &&
            last_error(log_text).find("operations.cpp") != std::string::npos)
            BOOST_ERROR(last_error(log_text)); // it reads what it does not declare
        answers.push_back({response.status, std::move(response.headers), std::move(response.body)});
    });
}

void ApiServer::run_until(std::vector<Answer> const& answers, std::size_t count)
{
    while (answers.size() < count)
        BOOST_REQUIRE(loop.run_one_for(std::chrono::seconds{30}) == 1);
}

std::string ApiServer::developer(std::string mode, std::string plan)
{
    auto config = app.config;
    config.default_plan = std::move(plan);
    return server::make_developer(
               app.writer, app.ids, app.clock.now(), config, "Nimbus Travel", {}, std::move(mode)
    )
        .api_key;
}

std::string ApiServer::agent(std::string const& key, std::string scopes)
{
    auto const answer = send(
        "POST", "/v1/agents", R"({"name":"Trip Planner","scopes":)" + scopes + "}",
        {.key = key.empty() ? sandbox_key : key}
    );
    BOOST_REQUIRE_EQUAL(answer.status, 201);
    return answer.text("agentId");
}

std::string ApiServer::code(std::string const& agent_id, std::string const& extra)
{
    auto const answer = send(
        "POST", "/v1/authorize",
        R"({"agentId":")" + agent_id + R"(","principalId":"user_1")" +
            (extra.find("\"scopes\"") == std::string::npos ? R"(,"scopes":["calendar:read"])" : ""
            ) +
            (extra.empty() ? "" : "," + extra) + "}",
        {.key = sandbox_key}
    );
    BOOST_REQUIRE_EQUAL(answer.status, 201);
    return answer.text("code");
}

Answer ApiServer::grant(std::string const& agent_id, std::string const& extra)
{
    auto answer = send(
        "POST", "/v1/token",
        R"({"code":")" + code(agent_id, extra) + R"(","agentId":")" + agent_id + R"("})",
        {.key = sandbox_key}
    );
    BOOST_REQUIRE_EQUAL(answer.status, 201);
    return answer;
}

Answer
ApiServer::delegate(std::string const& token, std::string const& sub_agent, std::string scopes)
{
    return send(
        "POST", "/v1/grants/delegate",
        R"({"parentGrantToken":")" + token + R"(","subAgentId":")" + sub_agent + R"(","scopes":)" +
            scopes + "}",
        {.key = sandbox_key}
    );
}

} // namespace support
