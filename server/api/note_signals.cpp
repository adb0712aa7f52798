#include "server/api/note_signals.hpp"

#include "server/rules/anomaly_credentials.hpp"
#include "server/rules/client_address.hpp"

namespace api {

namespace {

storage::AnomalySignal
signal_of(server::Turn const& turn, std::string_view kind, std::string_view developer_id)
{
    storage::AnomalySignal signal;
    signal.kind = kind;
    signal.developer_id = developer_id;
    signal.at = turn.now;
    return signal;
}

void write(server::Turn& turn, storage::AnomalySignal signal)
{
    signal.id = turn.next_id("sig");
    storage::insert_anomaly_signal(turn.db, signal);
    turn.app.signals.mark(signal.developer_id);
}

} // namespace

void note_undeclared_scopes(
    server::Turn const& turn, std::string_view developer_id, std::string_view agent_id,
    std::span<std::string const> requested, std::span<std::string const> declared, bool refused
)
{
    auto const beyond = rules::scopes_beyond_registration(requested, declared, refused);
    if (beyond.empty())
        return;
    auto signal = signal_of(turn, "scope_unregistered", developer_id);
    signal.agent_id = agent_id;
    signal.detail = beyond.front();
    signal.amount = static_cast<std::int64_t>(beyond.size());
    turn.app.signals.add(std::move(signal));
}

void note_scopes_beyond_parent(
    server::Turn const& turn, storage::Grant const& parent, std::vector<std::string> const& beyond
)
{
    auto signal = signal_of(turn, "scope_beyond_parent", parent.developer_id);
    signal.agent_id = parent.agent_id;
    signal.grant_id = parent.id;
    signal.detail = beyond.front();
    signal.amount = static_cast<std::int64_t>(beyond.size());
    turn.app.signals.add(std::move(signal));
}

void note_unknown_agent(
    server::Turn const& turn, std::string_view developer_id, std::string_view agent_did
)
{
    auto signal = signal_of(turn, "unknown_agent", developer_id);
    signal.agent_id = agent_did.substr(agent_did.rfind(':') + 1);
    signal.detail = agent_did;
    turn.app.signals.add(std::move(signal));
}

void note_replay_now(server::Turn& turn, UsedCredential const& credential)
{
    auto signal = signal_of(turn, credential.kind, credential.developer_id);
    signal.agent_id = credential.agent_id;
    signal.principal_id = credential.principal_id;
    signal.grant_id = credential.grant_id;
    signal.detail = credential.successor_used ? "successor used" : "";
    signal.amount = (turn.now - credential.used_at).count();
    write(turn, std::move(signal));
}

void note_revocation_now(
    server::Turn& turn, std::string_view developer_id, std::string_view agent_id,
    std::string_view grant_id
)
{
    auto signal = signal_of(turn, "revocation", developer_id);
    signal.agent_id = agent_id;
    signal.grant_id = grant_id;
    write(turn, std::move(signal));
}

void note_debit_now(
    server::Turn& turn, storage::Grant const& grant, std::int64_t amount,
    std::int64_t initial_budget
)
{
    auto signal = signal_of(turn, "debit", grant.developer_id);
    signal.agent_id = grant.agent_id;
    signal.grant_id = grant.id;
    signal.amount = amount;
    signal.budget = initial_budget;
    write(turn, std::move(signal));
}

void note_location(
    http::Request const& request, std::string_view agent_id, std::string_view grant_id
)
{
    auto const& config = request.app.config;
    // Anyone can write a header; the proxy's is believed where its X-Forwarded-For is.
    if (config.country_header.empty() ||
        !rules::is_trusted_proxy(request.message.peer_address, config.trust_proxy))
        return;
    auto const country = rules::country_code(request.message.header(config.country_header));
    if (!country)
        return;
    auto signal = signal_of(request, "location", request.caller().id);
    signal.agent_id = agent_id;
    signal.grant_id = grant_id;
    signal.detail = *country;
    signal.amount = 1;
    request.app.signals.add_location(std::move(signal));
}

} // namespace api
