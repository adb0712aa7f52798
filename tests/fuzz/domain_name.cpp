// Domains that developers claim, and the DIDs of hosts and agents.
// Few paths: a third of the time is enough.
#include "server/rules/domain_name.hpp"
#include "server/rules/did.hpp"
#include "server/rules/host_address.hpp"
#include "server/rules/network.hpp"
#include "tests/fuzz/fuzzer.hpp"

#include <string>

void test::fuzz(std::string_view input)
{
    if (auto const domain = rules::normal_domain(input)) {
        must(
            domain->find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == domain->npos,
            "a domain is letters, digits, hyphens and dots"
        );
        must(domain->size() <= 253 && domain->find('.') != domain->npos, "of at least two labels");
        must(rules::normal_domain(*domain) == domain, "its normal form is its own normal form");
        must(rules::host_kind(*domain) != rules::HostKind::invalid, "it is a host");
        must(!rules::parse_address(*domain), "and no address");
    }
    if (rules::is_web_domain(input)) {
        auto const did = rules::web_did(input);
        must(did.starts_with("did:web:"), "a host has a DID");
        must(did.find(':', 8) == did.npos, "in which the port is no path");
    }
    if (auto const id = rules::agent_id_of(input)) {
        must("did:grantex:" + std::string{*id} == input, "the DID of an agent is its id");
        must(id->find_first_of(":/?#%") == id->npos, "and no URL");
    }
}
