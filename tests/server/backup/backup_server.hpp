// A server with something in its database, its backups, and data directories to restore into.
#pragma once

#include "server/backup/make_backup.hpp"
#include "server/jobs/back_up.hpp"
#include "server/spawn.hpp"
#include "tests/support/api_server.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>

namespace support {

inline std::string bytes_of(std::filesystem::path const& file)
{
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

// The names in a directory, sorted.
inline std::vector<std::string> names_in(std::filesystem::path const& directory)
{
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator{directory})
        names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
}

struct BackupServer : ApiServer
{
    BackupServer()
    {
        agent_id = agent();
        grant(agent_id);
        for (int i = 0; i < 3; ++i)
            log_audit();
    }

    void log_audit()
    {
        auto const answer = send(
            "POST", "/v1/audit/log",
            R"({"agentId":")" + agent_id +
                R"(","grantId":"g","principalId":"user_1","action":"a.b","metadata":{"n":1.50}})",
            {.key = sandbox_key}
        );
        BOOST_REQUIRE_EQUAL(answer.status, 201);
    }

    // Events that fill some megabytes.
    void fill(int megabytes)
    {
        app.writer.run(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 * 250) "
            "INSERT INTO events SELECT 'evt_' || i, (SELECT id FROM developers LIMIT 1), 'x', "
            "hex(randomblob(2000)), 1 FROM n",
            megabytes
        );
    }

    backup::Plan plan() { return backup::plan_of(app.config, app.clock.now()); }

    // A data directory with the master key of this server, and nothing else.
    server::Config other_place(std::string const& name)
    {
        auto config = app.config;
        config.data_dir = directory.path() / name;
        std::filesystem::create_directory(config.data_dir);
        std::filesystem::copy_file(
            app.config.data_dir / "master.key", config.data_dir / "master.key"
        );
        return config;
    }

    // Called when back_up() has ended.
    struct Outcome
    {
        bool has_ended = false;
        backup::Report report{};
        std::string failure{};
    };
    static boost::asio::awaitable<void> follow(jobs::Host& host, Outcome& outcome)
    {
        try {
            outcome.report = co_await jobs::back_up(host);
        } catch (backup::Failed const& error) {
            outcome.failure = error.what();
        }
        outcome.has_ended = true;
    }
    void start_backup(Outcome& outcome)
    {
        server::spawn(loop.get_executor(), follow(host, outcome));
    }
    void run_until(Outcome const& outcome)
    {
        while (!outcome.has_ended)
            BOOST_REQUIRE(loop.run_one_for(std::chrono::seconds{60}) == 1);
    }

    std::string agent_id;
    jobs::Host host{
        loop, app, dispatch.batches(),
        http::Log{[this](std::string_view line) { log_text.append(line).append("\n"); }},
        [this](std::string_view why) { fatal = why; }};
};

} // namespace support
