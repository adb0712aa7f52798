// Looking for the TXT record that proves a domain.
#pragma once

#include "server/api/domains.hpp"
#include "storage/domains.hpp"

namespace api {

// "_grantex.example.com"
std::string domain_record(storage::Domain const& domain);

// One that is proved already needs no look-up.
void prove_domain(
    http::Waiting& waiting, storage::Domain const& domain, http::Done<VerifiedDomainView> done
);

} // namespace api
