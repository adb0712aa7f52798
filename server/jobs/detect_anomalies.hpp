// Watches for anomalies. Every few seconds it takes in what is new of developers who did something,
// and asks the rules that have to answer within a minute; at the start and every
// ANOMALY_INTERVAL_SECONDS it asks every rule of every developer. One developer after the other, in
// slices that let requests in between; a failure for one of them is logged and the pass goes on.
#pragma once

#include "server/api/detection.hpp"
#include "server/jobs/host.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace jobs {

class DetectAnomalies
{
public:
    explicit DetectAnomalies(Host host);

    void start();
    void stop();

    // What start() does again and again. Public for tests, which have no time to wait.
    boost::asio::awaitable<void> look(); // at developers who did something
    boost::asio::awaitable<void> pass(); // over everybody

    static constexpr std::chrono::seconds interval{5}; // between looks

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<bool> detect(std::string const& developer_id, bool all_rules);
    boost::asio::awaitable<void> purge(std::string const& developer_id);

    std::vector<std::string> next_developers(std::string const& after_id);
    bool has_history(std::string const& developer_id);
    void tell(api::DetectionSlice const& slice, std::string const& developer_id) const;

    Host host_;
    boost::asio::steady_timer pause_;
    std::optional<storage::Timestamp> last_pass_;
    bool stopping_ = false;
};

} // namespace jobs
