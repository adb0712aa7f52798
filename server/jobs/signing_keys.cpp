#include "server/jobs/signing_keys.hpp"

#include "server/jobs/make_key.hpp"
#include "server/rules/time_text.hpp"
#include "server/signing_keys.hpp"

#include <algorithm>
#include <memory>

namespace jobs {

namespace {

namespace asio = boost::asio;
using rules::KeyState;
using server::KeyError;

std::optional<NewSigningKey> find_waiting_key(storage::Database& db, storage::Timestamp now)
{
    auto const rows = storage::list_signing_keys(db);
    auto const lives = server::judge_keys(rows, now);
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (lives[i].state == KeyState::next)
            return NewSigningKey{rows[i].kid, rows[i].signs_from, false};
    return {};
}

// By the end of the kid, the thumbprint: a key keeps it when it comes back in another month.
void refuse_known_key(storage::Database& db, std::string_view kid)
{
    constexpr std::size_t thumbprint_characters = 8;
    auto const thumbprint = kid.substr(kid.size() - thumbprint_characters);
    for (auto const& row : storage::list_signing_keys(db))
        if (row.kid.ends_with(thumbprint))
            throw KeyError(
                "this key is or was " + row.kid +
                " of this server, and no key comes back. Try: openssl genrsa 2048"
            );
}

NewSigningKey insert_key(
    server::App const& app, storage::Database& db, crypto::SigningKey const& key, Takeover takeover
)
{
    auto const now = app.clock.now();
    auto const overlaps = takeover == Takeover::with_overlap;
    if (auto const waiting = find_waiting_key(db, now); waiting && overlaps)
        return *waiting;
    refuse_known_key(db, key.kid());
    if (!overlaps)
        for (auto const& row : storage::list_signing_keys(db))
            if (!row.gone_at)
                storage::expire_signing_key(db, row.kid, now);
    auto const signs_from = overlaps ? now + app.config.signing_key_lead : now;
    storage::insert_signing_key(
        db, server::make_signing_key_row(app.config, app.keys.masters(), key, now, signs_from)
    );
    return {key.kid(), signs_from};
}

asio::awaitable<NewSigningKey>
store_key(Host& host, crypto::SigningKey const& key, Takeover takeover)
{
    NewSigningKey stored;
    std::exception_ptr refusal; // nothing may be thrown into the batch of the others
    Work const work = [&](storage::Database& db) {
        try {
            stored = insert_key(host.app, db, key, takeover);
        } catch (KeyError const&) {
            refusal = std::current_exception();
        }
    };
    auto const is_stored = co_await write(host, work);
    if (refusal)
        std::rethrow_exception(refusal);
    if (!is_stored)
        throw KeyError("the new key could not be stored; the log says why. Try: again");
    follow_signing_keys(host);
    if (stored.made)
        host.log.event(
            "signing_key.made",
            {{"kid", stored.kid}, {"signs_from", rules::time_text(stored.signs_from)}}
        );
    co_return stored;
}

} // namespace

KeyList list_keys(Host& host)
{
    auto& db = host.app.reader;
    auto const& masters = host.app.keys.masters();
    KeyList list;
    list.master_key = masters.id();
    auto const rows = storage::list_signing_keys(db);
    auto const lives = server::judge_keys(rows, host.app.clock.now());
    for (auto i = rows.size(); i-- > 0;) {
        auto const& row = rows[i];
        list.signing_keys.push_back(
            {row.kid, lives[i].state, row.created_at, row.signs_from, lives[i].verifies_until}
        );
        if (row.sealed && masters.is_old(*row.sealed))
            ++list.server_keys_under_old;
    }
    for (auto const& row : storage::list_server_keys(db))
        if (masters.is_old(row.sealed))
            ++list.server_keys_under_old;
    list.data_keys_under_old = storage::count_data_keys_not_under(db, masters.id());
    return list;
}

asio::awaitable<NewSigningKey> rotate_signing_key(Host& host, Takeover takeover)
{
    auto const now = host.app.clock.now();
    if (takeover == Takeover::with_overlap)
        if (auto const waiting = find_waiting_key(host.app.reader, now))
            co_return *waiting;
    MakeKey const make = [now] { return std::optional{crypto::SigningKey::generate(now)}; };
    auto const key = co_await make_key(host.loop, make);
    if (!key)
        throw KeyError("the key that was made fails its self-test: processor or OpenSSL is at "
                       "fault. Try: another machine");
    co_return co_await store_key(host, *key, takeover);
}

asio::awaitable<NewSigningKey> import_signing_key(Host& host, crypto::Secret const& pem)
{
    auto const text = std::make_shared<crypto::Secret const>(pem.view());
    MakeKey const make = [text, now = host.app.clock.now()] {
        return crypto::SigningKey::from_pem(text->view(), now);
    };
    auto const key = co_await make_key(host.loop, make);
    if (!key)
        throw KeyError("this is not a PEM RSA private key of at least 2048 bits without "
                       "passphrase. Try: openssl genrsa 2048");
    auto stored = co_await store_key(host, *key, Takeover::with_overlap);
    if (!stored.made)
        throw KeyError(
            "key " + stored.kid + " is waiting already, and signs from " +
            rules::time_text(stored.signs_from) + " on. Try: after that"
        );
    co_return stored;
}

void follow_signing_keys(Host& host)
{
    try {
        host.app.keys.load_signing_keys(host.app.reader, host.app.clock.now());
    } catch (KeyError const& failure) {
        host.fatal(failure.what());
    } catch (SQLite::Exception const& failure) { // RotateSigningKeys looks again
        log_failure(host, failure);
    }
}

} // namespace jobs
