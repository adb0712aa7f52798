#include "server/api/prove_domain.hpp"

#include "server/jobs/host.hpp"
#include "server/resolver.hpp"
#include "server/spawn.hpp"

#include <algorithm>

namespace api {

namespace {

namespace asio = boost::asio;

constexpr auto verified_text = "The domain is verified";

asio::awaitable<bool> has_record(server::Resolver& resolver, storage::Domain const& domain)
{
    auto const name = domain_record(domain);
    auto found = false;
    try {
        auto const texts = co_await resolver.texts(name);
        found = std::ranges::find(texts, domain.token) != texts.end();
    } catch (server::LookupFailure const&) { // no record, as far as can be told
    }
    co_return found;
}

asio::awaitable<void>
prove(http::Waiting& waiting, storage::Domain domain, http::Done<VerifiedDomainView> done)
{
    if (!domain.verified_at) {
        auto const found = co_await has_record(waiting.resolver, domain);
        if (!found)
            co_return done(http::domain_not_verified(domain_record(domain)));
        auto first = false;
        jobs::Work const note = [&](storage::Database& db) {
            first = storage::update_domain_to_verified(db, domain, waiting.host.app.clock.now());
        };
        auto const stored = co_await jobs::write(waiting.host, note);
        if (!stored)
            co_return done(http::unavailable("the proof of a domain was not stored"));
        if (!first)
            co_return done(http::domain_taken());
    }
    done(VerifiedDomainView{.verified = true, .message = verified_text});
}

} // namespace

std::string domain_record(storage::Domain const& domain)
{
    return "_grantex." + domain.domain;
}

void prove_domain(
    http::Waiting& waiting, storage::Domain const& domain, http::Done<VerifiedDomainView> done
)
{
    server::spawn(waiting.host.loop.get_executor(), prove(waiting, domain, std::move(done)));
}

} // namespace api
