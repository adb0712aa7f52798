#include "server/http/limits.hpp"

#include "server/rules/time_text.hpp"

#include <algorithm>
#include <limits>

namespace http {

namespace {

constexpr int window_seconds = 60;

} // namespace

Limits::Limits(server::Config const& config, std::function<Steady> steady)
    : config_(config), factor_(
                           config.rate_profile == "off"         ? 0
                           : config.rate_profile == "reference" ? 1
                                                                : 100
                       ),
      steady_(std::move(steady))
{}

Limits::Verdict Limits::count_address(std::string_view source, storage::Timestamp now)
{
    return count("ip " + std::string{source}, scaled(config_.rate_ip), now);
}

Limits::Verdict Limits::count_plan(storage::Developer const& developer, storage::Timestamp now)
{
    auto const limit = developer.plan == "free"  ? config_.rate_plan_free
                       : developer.plan == "pro" ? config_.rate_plan_pro
                                                 : config_.rate_plan_enterprise;
    return count("plan " + developer.id, scaled(limit), now);
}

Limits::Verdict Limits::count_route(Limit limit, std::string_view who, storage::Timestamp now)
{
    auto const per_minute = route_limit(limit);
    if (per_minute == 0)
        return {};
    auto const name = std::to_string(static_cast<int>(limit));
    return count("route " + name + " " + std::string{who}, per_minute, now);
}

int Limits::scaled(int per_minute) const
{
    auto const wide = std::int64_t{per_minute} * factor_;
    return static_cast<int>(std::min<std::int64_t>(wide, std::numeric_limits<int>::max()));
}

int Limits::route_limit(Limit limit) const
{
    // Guessing keys, flooding mailboxes and listing agents are no matter of size: these keep their
    // numbers in every profile.
    auto const fixed = factor_ == 0 ? 0 : 1;
    switch (limit) {
    case Limit::exempt:
    case Limit::standard:
        return 0;
    case Limit::signup:
        return config_.rate_signup * fixed;
    case Limit::rotate_key:
        return config_.rate_rotate_key * fixed;
    case Limit::authorize:
        return scaled(config_.rate_authorize);
    case Limit::token:
        return scaled(config_.rate_token);
    case Limit::refresh:
        return scaled(config_.rate_refresh);
    case Limit::principal_session:
        return scaled(config_.rate_principal_session);
    case Limit::audit_log:
        return scaled(config_.rate_audit_log);
    case Limit::consent_read:
        return scaled(config_.rate_consent_read);
    case Limit::consent_decision:
        return scaled(config_.rate_consent_decision);
    case Limit::write:
        return scaled(config_.rate_write);
    case Limit::slow:
        return scaled(config_.rate_slow);
    case Limit::did:
        return config_.rate_did * fixed;
    case Limit::public_read:
        return scaled(config_.rate_public_read);
    case Limit::admin:
        return config_.rate_admin * fixed;
    }
    return 0;
}

Limits::Verdict Limits::count(std::string key, int limit, storage::Timestamp now)
{
    if (limit == 0)
        return {};
    auto const seconds = rules::whole_seconds(now);
    open_window(seconds / window_seconds);
    auto& used = counts_.size() < buckets_max || counts_.contains(key) ? counts_[std::move(key)]
                                                                       : counts_[""];
    auto const reset =
        std::clamp<std::int64_t>((window_ + 1) * window_seconds - seconds, 0, window_seconds);
    auto const allowed = used < limit;
    used += allowed ? 1 : 0;
    return {
        .allowed = allowed,
        .limit = limit,
        .remaining = std::max(limit - used, 0), // a smaller plan may have been set meanwhile
        .reset_seconds = static_cast<int>(reset)};
}

// A clock that is set back opens no window twice. Nor does it keep one shut: by a clock that nobody
// sets, no limit holds for longer than a window lasts.
void Limits::open_window(std::int64_t window)
{
    auto const now = steady_();
    auto const is_over = now - opened_ >= std::chrono::seconds{window_seconds};
    if (window <= window_ && !is_over)
        return;
    window_ = window;
    opened_ = now;
    counts_.clear();
}

void add_rate_headers(Headers& headers, Limits::Verdict const& verdict)
{
    if (verdict.limit == 0)
        return;
    headers.emplace_back("X-RateLimit-Limit", std::to_string(verdict.limit));
    headers.emplace_back("X-RateLimit-Remaining", std::to_string(verdict.remaining));
    headers.emplace_back("X-RateLimit-Reset", std::to_string(verdict.reset_seconds));
}

} // namespace http
