#include "server/keys.hpp"

#include "crypto/base64url.hpp"
#include "crypto/ed25519_key.hpp"
#include "crypto/random.hpp"
#include "server/signing_keys.hpp"
#include "storage/keys.hpp"

#include <algorithm>

namespace server {

namespace {

constexpr std::string_view lookup = "lookup";

Keys::PublicKey public_key(crypto::PublicJwk const& jwk)
{
    return {
        jwk.kid, R"({"kty":"RSA","n":")" + jwk.n + R"(","e":")" + jwk.e +
                     R"(","alg":"RS256","use":"sig","kid":")" + jwk.kid + R"("})"};
}

std::string jwks_document(std::vector<Keys::PublicKey> const& keys)
{
    std::string text = R"({"keys":[)";
    for (auto const& key : keys) {
        if (!text.ends_with('['))
            text += ',';
        text += key.jwk;
    }
    return text + "]}";
}

// Said at the start, not to the first developer whose secrets would not open.
void check_data_keys(storage::Database& db, MasterKeys const& masters)
{
    for (auto const& id : storage::list_data_key_masters(db))
        if (!masters.knows(id))
            throw KeyError(
                "master key " + id + " wraps data keys in " + db.file().string() +
                ", and it is not given. Try: add it to GRANTEXD_MASTER_KEYS_OLD, and take it away "
                "when `grantexd keys rewrap` is done"
            );
}

crypto::SigningKey first_key(Config const& config, storage::Timestamp now)
{
    if (config.rsa_private_key.empty())
        return crypto::SigningKey::generate(now);
    auto imported = crypto::SigningKey::from_pem(config.rsa_private_key, now);
    if (!imported)
        throw KeyError("GRANTEXD_RSA_PRIVATE_KEY is not a PEM RSA key of at least 2048 bits. "
                       "Try: openssl genrsa 2048");
    return std::move(*imported);
}

} // namespace

Keys Keys::open(Config const& config, storage::Database& writer, storage::Timestamp now)
{
    auto const fresh = storage::list_signing_keys(writer).empty();
    Keys keys;
    keys.load_ed25519_key(config);
    keys.masters_ = MasterKeys::read(config, fresh);
    keys.load_lookup_key(writer, now);
    check_data_keys(writer, keys.masters_);
    if (fresh)
        storage::insert_signing_key(
            writer, make_signing_key_row(config, keys.masters_, first_key(config, now), now, now)
        );
    settle_signing_keys(writer, config, now);
    keys.load_signing_keys(writer, now);
    return keys;
}

void Keys::load_lookup_key(storage::Database& writer, storage::Timestamp now)
{
    auto const place = KeyPlace::of_server_key(lookup);
    if (auto const sealed = storage::find_server_key(writer, lookup)) {
        auto opened = masters_.unwrap(place, *sealed);
        if (!opened)
            throw KeyError(
                "the master key does not open the keys in " + writer.file().string() +
                ". Try: start with the master key this database was made with, as "
                "GRANTEXD_MASTER_KEYS_OLD when there is a new one"
            );
        lookup_ = std::move(*opened);
        return;
    }
    lookup_ = crypto::Secret{32};
    crypto::fill_random(lookup_.bytes());
    storage::insert_server_key(writer, lookup, masters_.wrap(place, lookup_.view()), now);
}

std::shared_ptr<crypto::SigningKey const>
Keys::open_signing_key(std::string const& kid, std::string_view sealed) const
{
    for (auto const& each : published_)
        if (each.key->kid() == kid)
            return each.key;
    auto const der = masters_.unwrap(KeyPlace::of_signing_key(kid), sealed);
    auto key = der ? crypto::SigningKey::from_pkcs8(der->view(), kid) : std::nullopt;
    // A processor or library that signs wrongly must not serve (S-112).
    if (!key || !key->self_test())
        throw KeyError("signing key " + kid + " cannot be opened or fails its self-test");
    return std::make_shared<crypto::SigningKey const>(std::move(*key));
}

void Keys::load_signing_keys(storage::Database& db, storage::Timestamp now)
{
    auto const rows = storage::list_signing_keys(db);
    auto const lives = judge_keys(rows, now);
    std::vector<Published> published;
    std::size_t active = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (lives[i].state == rules::KeyState::gone)
            continue;
        if (lives[i].state == rules::KeyState::active)
            active = published.size();
        published.push_back(
            {open_signing_key(rows[i].kid, rows[i].sealed.value_or("")), rows[i].signs_from}
        );
    }
    if (published.empty())
        throw KeyError(db.file().string() + " holds no signing key. Try: restore a backup");
    published_ = std::move(published);
    pointers_.clear();
    public_keys_.clear();
    for (auto const& each : published_)
        pointers_.push_back(each.key.get());
    std::rotate(
        pointers_.begin(), pointers_.begin() + static_cast<std::ptrdiff_t>(active), pointers_.end()
    );
    for (auto const* const key : pointers_)
        public_keys_.push_back(public_key(key->jwk()));
    jwks_ = jwks_document(public_keys_);
}

// Nothing is signed with it, so nothing of it is kept but its public half.
void Keys::load_ed25519_key(Config const& config)
{
    if (config.ed25519_private_key.empty())
        return;
    auto const key = crypto::read_ed25519_pem(config.ed25519_private_key);
    if (!key)
        throw KeyError("GRANTEXD_ED25519_PRIVATE_KEY is not a PEM Ed25519 private key without "
                       "passphrase. Try: openssl genpkey -algorithm ed25519");
    ed25519_ = PublicKey{
        key->kid, R"({"kty":"OKP","crv":"Ed25519","x":")" + key->x +
                      R"(","alg":"EdDSA","use":"sig","kid":")" + key->kid + R"("})"};
}

std::shared_ptr<crypto::SigningKey const> const& Keys::signing(storage::Timestamp now) const
{
    auto const* active = &published_.front();
    for (auto const& each : published_)
        if (each.signs_from <= now)
            active = &each;
    return active->key;
}

std::shared_ptr<crypto::SigningKey const> Keys::signer_of(std::string_view input) const
{
    auto const header = crypto::decode_base64url(input.substr(0, input.find('.')));
    for (auto const& each : published_)
        if (header && header->find("\"" + each.key->kid() + "\"") != std::string::npos)
            return each.key;
    return published_.front().key;
}

std::string Keys::lookup_hash(std::string_view secret) const
{
    return crypto::hex(crypto::hmac_sha256(lookup_.bytes(), secret));
}

std::string Keys::seal(
    storage::Database& db, crypto::Ids& ids, storage::Timestamp now, std::string_view purpose,
    std::string_view developer_id, std::string_view row_id, std::string_view field,
    std::string_view clear
) const
{
    auto row = storage::find_newest_data_key(db, developer_id);
    if (!row) {
        auto const made = crypto::make_data_key(ids.next("dek", now));
        row = storage::DataKeyRow{
            made.id, std::string{developer_id},
            masters_.wrap(KeyPlace::of_data_key(developer_id, made.id), made.key.view()), now};
        storage::insert_data_key(db, *row);
    }
    auto key = masters_.unwrap(KeyPlace::of_data_key(developer_id, row->id), row->wrapped);
    if (!key)
        throw KeyError("data key " + row->id + " does not open under the master key");
    return crypto::seal(
        {row->id, std::move(*key)}, crypto::sealed_for(purpose, developer_id, row_id, field), clear
    );
}

std::optional<crypto::Secret> Keys::open_sealed(
    storage::Database& db, std::string_view purpose, std::string_view developer_id,
    std::string_view row_id, std::string_view field, std::string_view sealed
) const
{
    auto const id = crypto::sealed_key_id(sealed);
    auto const row = id ? storage::find_data_key(db, developer_id, *id) : std::nullopt;
    auto key = row ? masters_.unwrap(KeyPlace::of_data_key(developer_id, row->id), row->wrapped)
                   : std::nullopt;
    if (!key)
        return {};
    return crypto::open_sealed(
        {row->id, std::move(*key)}, crypto::sealed_for(purpose, developer_id, row_id, field), sealed
    );
}

} // namespace server
