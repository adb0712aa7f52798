#include "server/keys.hpp"

#include "crypto/base64url.hpp"
#include "crypto/ed25519_key.hpp"
#include "crypto/random.hpp"
#include "server/master_key.hpp"
#include "storage/keys.hpp"

namespace server {

namespace {

constexpr std::string_view everyone; // server-wide keys belong to no developer

std::string wrap_label(std::string_view developer_id, std::string_view row, std::string_view field)
{
    return crypto::sealed_for("dek", developer_id, row, field);
}

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

} // namespace

Keys Keys::open(Config const& config, storage::Database& writer, storage::Timestamp now)
{
    auto const fresh = storage::list_signing_keys(writer).empty();
    Keys keys;
    keys.load_ed25519_key(config);
    keys.master_ = read_master_key(config, fresh);
    keys.load_lookup_key(writer, now);
    keys.load_signing_keys(config, writer, now);
    return keys;
}

void Keys::load_lookup_key(storage::Database& writer, storage::Timestamp now)
{
    auto const label = wrap_label(everyone, "lookup", "key");
    if (auto const sealed = storage::find_server_key(writer, "lookup")) {
        auto opened = crypto::open_sealed(master_, label, *sealed);
        if (!opened)
            throw KeyError(
                "the master key does not open the keys in " + writer.file().string() +
                ". Try: start with the master key this database was made with"
            );
        lookup_ = std::move(*opened);
        return;
    }
    lookup_ = crypto::Secret{32};
    crypto::fill_random(lookup_.bytes());
    storage::insert_server_key(writer, "lookup", crypto::seal(master_, label, lookup_.view()), now);
}

void Keys::load_signing_keys(
    Config const& config, storage::Database& writer, storage::Timestamp now
)
{
    auto rows = storage::list_signing_keys(writer);
    if (rows.empty()) {
        auto made = config.rsa_private_key.empty()
                        ? std::optional{crypto::SigningKey::generate(now)}
                        : crypto::SigningKey::from_pem(config.rsa_private_key, now);
        if (!made)
            throw KeyError("GRANTEXD_RSA_PRIVATE_KEY is not a PEM RSA key of at least 2048 bits. "
                           "Try: openssl genrsa 2048");
        auto const sealed = crypto::seal(
            master_, wrap_label(everyone, made->kid(), "pkcs8"), made->to_pkcs8().view()
        );
        rows.push_back({made->kid(), sealed, "active", now});
        storage::insert_signing_key(writer, rows.front());
    }
    for (auto const& row : rows) {
        auto const der =
            crypto::open_sealed(master_, wrap_label(everyone, row.kid, "pkcs8"), row.sealed);
        auto key = der ? crypto::SigningKey::from_pkcs8(der->view(), row.kid) : std::nullopt;
        // A processor or library that signs wrongly must not serve (S-112).
        if (!key || !key->self_test())
            throw KeyError("signing key " + row.kid + " cannot be opened or fails its self-test");
        published_.push_back(std::make_shared<crypto::SigningKey const>(std::move(*key)));
        pointers_.push_back(published_.back().get());
        public_keys_.push_back(public_key(published_.back()->jwk()));
    }
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

std::shared_ptr<crypto::SigningKey const> Keys::signer_of(std::string_view input) const
{
    auto const header = crypto::decode_base64url(input.substr(0, input.find('.')));
    for (auto const& key : published_)
        if (header && header->find("\"" + key->kid() + "\"") != std::string::npos)
            return key;
    return published_.front();
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
            crypto::seal(master_, wrap_label(developer_id, made.id, "key"), made.key.view()), now};
        storage::insert_data_key(db, *row);
    }
    auto key = crypto::open_sealed(master_, wrap_label(developer_id, row->id, "key"), row->wrapped);
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
    auto key =
        row ? crypto::open_sealed(master_, wrap_label(developer_id, row->id, "key"), row->wrapped)
            : std::nullopt;
    if (!key)
        return {};
    return crypto::open_sealed(
        {row->id, std::move(*key)}, crypto::sealed_for(purpose, developer_id, row_id, field), sealed
    );
}

} // namespace server
