// Rate limits: fixed windows of 60 seconds aligned to the minute (core contract, "Rate limits"), in
// three layers: the source address, the developer's plan, and the route's own bucket. Counts are in
// memory: a restart opens the window anew (S-098).
#pragma once

#include "server/config.hpp"
#include "server/http/message.hpp"
#include "server/http/route.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace http {

class Limits
{
public:
    // `steady`: the clock that nobody sets.
    using Steady = std::chrono::steady_clock::time_point();
    explicit Limits(
        server::Config const& config, std::function<Steady> steady = std::chrono::steady_clock::now
    );

    struct Verdict
    {
        bool allowed = true;
        int limit = 0; // 0: not limited, no headers
        int remaining = 0;
        int reset_seconds = 0; // until the window ends, 0..60
    };

    // Counts one request. `source`: rules::rate_source of the client's address.
    Verdict count_address(std::string_view source, storage::Timestamp now);
    Verdict count_plan(storage::Developer const& developer, storage::Timestamp now);
    // `who`: the developer of an authenticated route, the source otherwise; with the operation
    // where each has a bucket of its own.
    Verdict count_route(Limit limit, std::string_view who, storage::Timestamp now);

    [[nodiscard]] bool off() const { return factor_ == 0; }
    [[nodiscard]] std::size_t buckets() const { return counts_.size(); }

    // Entries of one window; when they are full, new keys share one bucket, so that random sources
    // cannot grow the table (S-101).
    static constexpr std::size_t buckets_max = 200'000;

private:
    Verdict count(std::string key, int limit, storage::Timestamp now);
    void open_window(std::int64_t window);
    [[nodiscard]] int scaled(int per_minute) const; // by the profile
    [[nodiscard]] int route_limit(Limit limit) const;

    server::Config const& config_;
    int factor_; // of the profile; 0 switches limits off
    std::function<Steady> steady_;
    std::int64_t window_ = 0;
    std::chrono::steady_clock::time_point opened_{}; // the window
    std::unordered_map<std::string, int> counts_;
};

// X-RateLimit-Limit, -Remaining and -Reset as integers; nothing when there is no limit.
void add_rate_headers(Headers& headers, Limits::Verdict const& verdict);

} // namespace http
