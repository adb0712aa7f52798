#include "server/http/idempotency.hpp"

#include "crypto/hash.hpp"
#include "storage/grants.hpp"
#include "storage/idempotency.hpp"

#include <boost/json/object.hpp>

#include <algorithm>

namespace http {

namespace {

constexpr std::string_view purpose = "replay";
constexpr std::int64_t expired_per_insert_max = 4; // keeps the table bounded by its live records

// rotateKey must let the old key die at once, so nothing of it is ever replayed.
bool takes_part(Route const& route)
{
    return is_write(route.tx) && route.auth != Auth::none && route.limit != Limit::rotate_key;
}

struct Caller
{
    std::string_view id;    // two callers never share a key
    std::string_view owner; // the developer the change belongs to
};

Caller caller_of(Auth auth, Request const& request)
{
    switch (auth) {
    case Auth::none:
    case Auth::metrics: // changes nothing
        break;
    case Auth::developer:
        return {request.caller().id, request.caller().id};
    case Auth::principal:
        return {request.principal().jti, request.principal().developer_id};
    case Auth::operator_:
        // What the operator changes is a developer's, whom the path names (a guard test sees to
        // it). Ids of others have a prefix, so none is "operator".
        return {"operator", request.path("developerId")};
    }
    return {};
}

std::string_view checked_key(std::string_view key, std::string_view where)
{
    auto const visible = [](char c) { return c > ' ' && c < '\x7f'; };
    if (key.empty() || key.size() > 255 || !std::ranges::all_of(key, visible))
        throw idempotency_key_invalid(where);
    return key;
}

// SDKs set no headers of their own, so debits take the key from the body as well.
std::optional<std::string_view> key_of(Route const& route, Request const& request)
{
    if (request.message.has_header("idempotency-key"))
        return checked_key(request.message.header("idempotency-key"), "Idempotency-Key");
    if (!route.operation.replay.key_in_metadata)
        return {};
    auto const* const metadata = request.body.if_contains("metadata");
    auto const* const object = metadata == nullptr ? nullptr : metadata->if_object();
    auto const* const member = object == nullptr ? nullptr : object->if_contains("idempotencyKey");
    auto const* const text = member == nullptr ? nullptr : member->if_string();
    if (text == nullptr)
        return {};
    return checked_key({text->data(), text->size()}, "metadata.idempotencyKey");
}

// The grant whose token an answer carries; its member is spelled grantId in every such answer.
std::optional<std::string> grant_of(Outcome const& outcome)
{
    if (outcome.unsigned_input.empty())
        return {};
    auto const object = parse_json_object(outcome.body);
    auto const* const id = object.if_contains("grantId");
    return id == nullptr ? std::nullopt : std::optional<std::string>{id->as_string()};
}

} // namespace

bool Idempotency::applies_to(Route const& route)
{
    return takes_part(route);
}

std::optional<Idempotency> Idempotency::of(Route const& route, Request const& request)
{
    if (!takes_part(route))
        return {};
    auto const key = key_of(route, request);
    if (!key)
        return {};

    std::string_view const target{request.message.target};
    auto const path = target.substr(0, target.find('?'));
    auto const caller = caller_of(route.auth, request);
    std::string name{"idempotency"};
    for (auto const part : {caller.id, std::string_view{request.message.method}, path, *key})
        name.append("\n").append(part);
    Idempotency idempotency;
    idempotency.owner_ = caller.owner;
    idempotency.key_hash_ = request.app.keys.lookup_hash(name);
    idempotency.request_hash_ = crypto::hex(
        crypto::sha256(std::string{target.substr(path.size())} + "\n" + request.message.body)
    );
    auto const& config = request.app.config;
    idempotency.ttl_ =
        route.operation.replay.of_budgets ? config.budget_idempotency_ttl : config.idempotency_ttl;
    return idempotency;
}

std::optional<Outcome> Idempotency::find_answer(Request& request) const
{
    auto const record = storage::find_idempotency_record(request.db, key_hash_, request.now);
    if (!record)
        return {};
    if (record->request_hash != request_hash_)
        throw idempotency_key_reused();
    if (record->grant_id) {
        auto const grant = storage::find_grant(request.db, owner_, *record->grant_id);
        if (!grant || grant->status != "active" || grant->expires_at <= request.now)
            return {};
    }
    auto const opened = request.app.keys.open_sealed(
        request.db, purpose, owner_, key_hash_, "body", record->sealed_body
    );
    if (!opened || record->status < 200 || record->status > 299)
        throw internal_error("a kept answer does not open");
    // Kept as "<what is signed>\n<body>": RS256 is deterministic, so signing again gives the same
    // bytes.
    auto const text = opened->view();
    Outcome outcome{
        .status = static_cast<unsigned>(record->status), .content_type = record->content_type};
    auto const end = text.find('\n');
    outcome.unsigned_input = std::string{text.substr(0, end)};
    outcome.body = std::string{text.substr(end + 1)};
    outcome.headers.emplace_back("Idempotent-Replayed", "true");
    return outcome;
}

void Idempotency::keep_answer(Request& request, Outcome const& outcome) const
{
    auto const text = outcome.unsigned_input + "\n" + outcome.body;
    storage::expire_idempotency_records(request.db, request.now, expired_per_insert_max);
    storage::insert_idempotency_record(
        request.db,
        {.key_hash = key_hash_,
         .developer_id = owner_,
         .request_hash = request_hash_,
         .status = static_cast<int>(outcome.status),
         .content_type = outcome.content_type,
         .sealed_body = request.app.keys.seal(
             request.db, request.app.ids, request.now, purpose, owner_, key_hash_, "body", text
         ),
         .grant_id = grant_of(outcome),
         .expires_at = request.now + ttl_}
    );
}

} // namespace http
