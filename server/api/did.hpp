// Who an agent is, and who vouches for it: DID documents for anyone to read (W3C DID Core 5).
#pragma once

#include "server/api/agents.hpp"
#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

struct VerificationMethodView
{
    std::string id; // <DID>#<kid>
    std::string type = "JsonWebKey2020";
    std::string controller;
    http::RawJson publicKeyJwk;
};
BOOST_DESCRIBE_STRUCT(VerificationMethodView, (), (id, type, controller, publicKeyJwk))

constexpr std::string_view did_wire_name(std::string_view member)
{
    return member == "context" ? "@context" : member;
}

struct AgentIdentityView
{
    static constexpr auto wire_name = did_wire_name;
    std::string context = "https://grantex.dev/v1/identity";
    std::string id;
    std::string controller;
    std::string developer;
    std::string name;
    std::string description;
    std::vector<std::string> declaredScopes;
    AgentStatus status;
    storage::Timestamp createdAt;
    std::vector<VerificationMethodView> verificationMethod;
};
BOOST_DESCRIBE_STRUCT(
    AgentIdentityView, (),
    (context, id, controller, developer, name, description, declaredScopes, status, createdAt,
     verificationMethod)
)

struct DidServiceView
{
    std::string id;
    std::string type;
    std::string serviceEndpoint;
};
BOOST_DESCRIBE_STRUCT(DidServiceView, (), (id, type, serviceEndpoint))

struct DidDocumentView
{
    static constexpr auto wire_name = did_wire_name;
    std::vector<std::string> context{
        "https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"};
    std::string id;
    std::vector<VerificationMethodView> verificationMethod;
    std::vector<std::string> authentication;
    std::vector<std::string> assertionMethod;
    std::vector<DidServiceView> service;
};
BOOST_DESCRIBE_STRUCT(
    DidDocumentView, (), (context, id, verificationMethod, authentication, assertionMethod, service)
)

http::DocumentOf<AgentIdentityView> resolve_agent_did(http::Request& request);
http::DocumentOf<DidDocumentView> get_did_document(http::Request& request);

} // namespace api
