// Who an agent is, and who vouches for it: DID documents for anyone to read (W3C DID Core 5).
#pragma once

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

// Without its @context, which cannot be a member's name.
struct AgentIdentityView
{
    std::string id;
    std::string controller;
    std::string developer;
    std::string name;
    std::string description;
    std::vector<std::string> declaredScopes;
    std::string status;
    storage::Timestamp createdAt;
    std::vector<VerificationMethodView> verificationMethod;
};
BOOST_DESCRIBE_STRUCT(
    AgentIdentityView, (),
    (id, controller, developer, name, description, declaredScopes, status, createdAt,
     verificationMethod)
)

struct DidServiceView
{
    std::string id;
    std::string type;
    std::string serviceEndpoint;
};
BOOST_DESCRIBE_STRUCT(DidServiceView, (), (id, type, serviceEndpoint))

// Likewise.
struct DidDocumentView
{
    std::string id;
    std::vector<VerificationMethodView> verificationMethod;
    std::vector<std::string> authentication;
    std::vector<std::string> assertionMethod;
    std::vector<DidServiceView> service;
};
BOOST_DESCRIBE_STRUCT(
    DidDocumentView, (), (id, verificationMethod, authentication, assertionMethod, service)
)

http::DocumentOf<AgentIdentityView> resolve_agent_did(http::Request& request);
http::DocumentOf<DidDocumentView> get_did_document(http::Request& request);

} // namespace api
