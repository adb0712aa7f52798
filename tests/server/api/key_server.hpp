// A server whose keys were made at the time at which its clock stands, and its jobs about keys.
#pragma once

#include "server/jobs/rotate_signing_keys.hpp"
#include "server/jobs/signing_keys.hpp"
#include "storage/keys.hpp"
#include "tests/server/api/expect.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <exception>

namespace support {

struct KeyServer : ApiServer
{
    explicit KeyServer(server::Flags settings = {})
        : ApiServer(std::move(settings)),
          host{
              loop, app, dispatch.batches(),
              http::Log{[this](std::string_view line) { log_text.append(line).append("\n"); }},
              [this](std::string_view why) { fatal = why; }},
          job(host)
    {
        app.writer.run("UPDATE signing_keys SET created_at = ?1, signs_from = ?1", start_time);
        restart();
    }

    // As far as keys go: what is not in the database is forgotten.
    void restart() { app.keys = server::Keys::open(app.config, app.writer, app.clock.now()); }

    template<class Result> Result wait_for(boost::asio::awaitable<Result> work)
    {
        std::optional<Result> found;
        std::exception_ptr thrown;
        boost::asio::co_spawn(
            loop, std::move(work),
            [&](std::exception_ptr const& failure, Result result) {
                thrown = failure;
                found = std::move(result);
            }
        );
        while (!found)
            BOOST_REQUIRE(loop.run_one_for(std::chrono::seconds{60}) == 1);
        if (thrown)
            std::rethrow_exception(thrown);
        return *found;
    }
    // Why it throws a KeyError; empty when it does not.
    template<class Result> std::string refusal_of(boost::asio::awaitable<Result> work)
    {
        try {
            wait_for(std::move(work));
        } catch (server::KeyError const& error) {
            return error.what();
        }
        return {};
    }
    void look()
    {
        bool done = false;
        auto const end = [&](std::exception_ptr const& failure) {
            BOOST_TEST(!failure);
            done = true;
        };
        boost::asio::co_spawn(loop, job.look(), end);
        while (!done)
            BOOST_REQUIRE(loop.run_one_for(std::chrono::seconds{60}) == 1);
    }
    jobs::NewSigningKey rotate(jobs::Takeover takeover = jobs::Takeover::with_overlap)
    {
        return wait_for(jobs::rotate_signing_key(host, takeover));
    }

    std::vector<std::string> published()
    {
        std::vector<std::string> kids;
        auto const document = send("GET", "/.well-known/jwks.json", "", {}).json();
        for (auto const& key : document.at("keys").as_array())
            kids.emplace_back(key.at("kid").as_string());
        return kids;
    }
    static std::string kid_of(std::string const& token)
    {
        return std::string{token_header(token).at("kid").as_string()};
    }
    std::string new_token() { return grant(agent()).text("grantToken"); }
    std::string new_session()
    {
        auto const made = send(
            "POST", "/v1/principal-sessions", R"({"principalId":"user_1","expiresIn":"24h"})",
            {.key = sandbox_key}
        );
        BOOST_REQUIRE_EQUAL(made.status, 201);
        return made.text("sessionToken");
    }
    bool verifies(std::string const& token)
    {
        auto const answer =
            send("POST", "/v1/tokens/verify", token_body(token), {.key = sandbox_key});
        BOOST_REQUIRE_EQUAL(answer.status, 200);
        return answer.json().at("valid").as_bool();
    }
    bool opens(std::string const& session)
    {
        return send("GET", "/v1/principal/grants", "", {.key = session}).status == 200;
    }

    jobs::Host host;
    jobs::RotateSigningKeys job;
};

} // namespace support
