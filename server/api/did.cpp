#include "server/api/did.hpp"

#include "server/rules/did.hpp"
#include "server/rules/redirect_uri.hpp"
#include "storage/agents.hpp"

namespace api {

namespace {

std::string issuer_did(server::Config const& config)
{
    return rules::web_did(
        config.did_web_domain.empty() ? rules::redirect_host(config.public_base_url)
                                      : config.did_web_domain
    );
}

VerificationMethodView
method(std::string const& did, std::string const& controller, server::Keys::PublicKey const& key)
{
    return {
        .id = did + "#" + key.kid,
        .controller = controller,
        .publicKeyJwk = http::RawJson{key.jwk}};
}

std::vector<VerificationMethodView>
issuer_methods(server::Keys const& keys, std::string const& did, std::string const& controller)
{
    std::vector<VerificationMethodView> methods;
    for (auto const& key : keys.public_keys())
        methods.push_back(method(did, controller, key));
    return methods;
}

template<class View> http::DocumentOf<View> document(View const& view)
{
    return {
        {.content_type = "application/json; charset=utf-8",
         .body = http::write_view(view).text,
         .headers = {
             {"Cache-Control", "public, max-age=300"}, {"Access-Control-Allow-Origin", "*"}}}};
}

} // namespace

// Agents have no key of their own: the issuer vouches for them with every key it publishes, so a
// rotation of keys never changes a DID.
http::DocumentOf<AgentIdentityView> resolve_agent_did(http::Request& request)
{
    if (!request.app.config.did_public_resolution)
        throw http::unknown_path();
    auto const id = rules::agent_id_of(request.path("did"));
    if (!id)
        throw http::not_an_agent_did();
    auto const agent = storage::find_agent_of_anyone(request.db, *id);
    if (!agent)
        throw http::unknown_did();
    if (agent->status == "deleted")
        throw http::agent_deleted();

    auto const did = agent_did(agent->id);
    auto const issuer = issuer_did(request.app.config);
    return document(AgentIdentityView{
        .id = did,
        .controller = issuer,
        .developer = agent->developer_id,
        .name = agent->name,
        .description = agent->description,
        .declaredScopes = agent->scopes,
        .status = agent->status,
        .createdAt = agent->created_at,
        .verificationMethod = issuer_methods(request.app.keys, did, issuer)});
}

http::DocumentOf<DidDocumentView> get_did_document(http::Request& request)
{
    auto const& keys = request.app.keys;
    auto const& base = request.app.config.public_base_url;
    auto const did = issuer_did(request.app.config);
    DidDocumentView view;
    view.id = did;
    view.verificationMethod = issuer_methods(keys, did, did);
    view.service = {
        {did + "#jwks", "JsonWebKeySet", base + "/.well-known/jwks.json"},
        {did + "#grant-protocol", "GrantexProtocol", base + "/v1"}};
    if (keys.ed25519())
        view.verificationMethod.push_back(method(did, did, *keys.ed25519()));
    for (auto const& each : view.verificationMethod)
        view.authentication.push_back(each.id);
    view.assertionMethod = view.authentication;
    return document(view);
}

} // namespace api
