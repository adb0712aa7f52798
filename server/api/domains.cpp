#include "server/api/domains.hpp"

#include "crypto/random.hpp"
#include "server/api/prove_domain.hpp"
#include "server/rules/domain_name.hpp"
#include "storage/domains.hpp"

namespace api {

namespace {

void fill(DomainView& view, storage::Domain const& domain)
{
    view.id = domain.id;
    view.domain = domain.domain;
    view.verified = domain.verified_at.has_value();
    view.verificationToken = domain.token;
    view.instructions = "Publish a TXT record named " + domain_record(domain) + " with the value " +
                        domain.token + ", then verify the domain";
    view.createdAt = domain.created_at;
}

} // namespace

http::Created<DomainView> create_domain(http::Request& request, CreateDomainBody const& body)
{
    auto const name = rules::normal_domain(body.domain);
    if (!name)
        throw http::bad_request("domain must be a name such as agents.example.com");
    if (request.caller().plan != "enterprise")
        throw http::plan_lacks("Domains", request.caller().plan, "enterprise");
    if (storage::find_domain_conflict(request.db, request.caller().id, *name))
        throw http::domain_taken();
    storage::Domain const domain{
        .id = request.next_id("dom"),
        .developer_id = request.caller().id,
        .domain = *name,
        .token = "grantex-verify-" + crypto::random_uuid(),
        .created_at = request.now,
        .verified_at = {}};
    storage::insert_domain(request.db, domain);
    DomainView view;
    fill(view, domain);
    return {view};
}

DomainListView list_domains(http::Request& request)
{
    DomainListView list;
    for (auto const& domain : storage::list_domains(request.db, request.caller().id)) {
        auto& view = list.domains.emplace_back();
        fill(view, domain);
        view.verifiedAt = domain.verified_at;
    }
    return list;
}

http::NoContent delete_domain(http::Request& request)
{
    if (!storage::delete_domain(request.db, request.caller().id, request.path("id")))
        throw http::not_found("Domain");
    return {};
}

http::Later<VerifiedDomainView> verify_domain(http::Request& request)
{
    auto domain = storage::find_domain(request.db, request.caller().id, request.path("id"));
    if (!domain)
        throw http::not_found("Domain");
    return {[domain = std::move(*domain)](auto& waiting, auto done) {
        prove_domain(waiting, domain, std::move(done));
    }};
}

} // namespace api
