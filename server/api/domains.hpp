// Domain names of developers, proved by a TXT record.
#pragma once

#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

struct CreateDomainBody
{
    http::Line<1, 1024> domain;
};
BOOST_DESCRIBE_STRUCT(CreateDomainBody, (), (domain))

struct DomainView
{
    std::string id;
    std::string domain;
    bool verified = false;
    std::string verificationToken;
    std::string instructions;
    storage::Timestamp createdAt;
};
BOOST_DESCRIBE_STRUCT(
    DomainView, (), (id, domain, verified, verificationToken, instructions, createdAt)
)

struct ListedDomainView : DomainView
{
    http::Nullable<storage::Timestamp> verifiedAt;
};
BOOST_DESCRIBE_STRUCT(ListedDomainView, (DomainView), (verifiedAt))

struct DomainListView
{
    std::vector<ListedDomainView> domains;
};
BOOST_DESCRIBE_STRUCT(DomainListView, (), (domains))

struct VerifiedDomainView
{
    bool verified = true;
    std::string message;
};
BOOST_DESCRIBE_STRUCT(VerifiedDomainView, (), (verified, message))

http::Created<DomainView> create_domain(http::Request& request, CreateDomainBody const& body);
DomainListView list_domains(http::Request& request);
http::NoContent delete_domain(http::Request& request);
http::Later<VerifiedDomainView> verify_domain(http::Request& request);

} // namespace api
