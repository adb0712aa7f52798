// Signing keys that the operator replaces by hand: asked for, imported, and listed.
#include "tests/server/api/key_server.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

using namespace support;
using namespace std::chrono_literals;
using jobs::Takeover;
using Kids = std::vector<std::string>;

namespace {

constexpr auto lead = 1h; // the default
constexpr auto ttl = 24h;

crypto::Secret pem_of(EVP_PKEY* key)
{
    auto* const memory = BIO_new(BIO_s_mem());
    BOOST_REQUIRE(
        PEM_write_bio_PKCS8PrivateKey(memory, key, nullptr, nullptr, 0, nullptr, nullptr) == 1
    );
    char* text = nullptr;
    auto const size = BIO_get_mem_data(memory, &text);
    crypto::Secret pem{std::string_view{text, static_cast<std::size_t>(size)}};
    BIO_free(memory);
    EVP_PKEY_free(key);
    return pem;
}

crypto::Secret pem_of(crypto::SigningKey const& key)
{
    auto const der = key.to_pkcs8();
    auto const* position = der.bytes().data();
    return pem_of(d2i_AutoPrivateKey(nullptr, &position, static_cast<long>(der.size())));
}

struct ManualServer : KeyServer
{
    ManualServer() : KeyServer(server::Flags{{"signing-key-rotation-days", "0"}}) {}
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(signing_keys_by_hand, ManualServer)

BOOST_AUTO_TEST_CASE(with_zero_days_no_key_is_ever_made_unasked)
{
    advance(std::chrono::hours{24 * 3650});
    look();
    BOOST_TEST(published().size() == 1U);
    BOOST_TEST(rotate().made);
}

BOOST_AUTO_TEST_CASE(an_imported_key_takes_over_after_the_lead)
{
    auto const key = crypto::SigningKey::generate(app.clock.now());
    auto const pem = pem_of(key);
    auto const taken = wait_for(jobs::import_signing_key(host, pem));
    BOOST_TEST(taken.kid == key.kid());
    BOOST_TEST((taken.signs_from == start_time + lead));
    BOOST_TEST(kid_of(new_token()) != key.kid());
    advance(lead);
    auto const token = new_token();
    BOOST_TEST(kid_of(token) == key.kid());
    restart();
    BOOST_TEST(verifies(token));
}

BOOST_AUTO_TEST_CASE(S_111_what_must_not_sign_is_not_imported)
{
    auto const short_key = pem_of(EVP_RSA_gen(1024));
    auto const curve = pem_of(EVP_EC_gen("P-256"));
    crypto::Secret const nothing{std::string_view{"no key"}};
    for (auto const* const pem : {&short_key, &curve, &nothing}) {
        auto const why = refusal_of(jobs::import_signing_key(host, *pem));
        BOOST_TEST(why.find("not a PEM RSA private key of at least 2048 bits") != why.npos, why);
        BOOST_TEST(why.find("Try: ") != why.npos);
    }
    BOOST_TEST(storage::list_signing_keys(app.reader).size() == 1U);
}

BOOST_AUTO_TEST_CASE(S_116_a_key_never_comes_back_under_any_name)
{
    auto const old = app.keys.signing(app.clock.now());
    auto const pem = pem_of(*old);
    auto const refused = [&] {
        auto const why = refusal_of(jobs::import_signing_key(host, pem));
        return why.find("is or was " + old->kid()) != why.npos;
    };
    BOOST_TEST(refused());
    rotate(Takeover::immediately);
    BOOST_TEST(refused());
    advance(std::chrono::hours{24 * 62}); // its kid would name another month
    BOOST_TEST(refused());
    BOOST_TEST(published().size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_import_waits_for_the_key_that_is_waiting)
{
    auto const waiting = rotate();
    auto const pem = pem_of(crypto::SigningKey::generate(app.clock.now()));
    auto const why = refusal_of(jobs::import_signing_key(host, pem));
    BOOST_TEST(
        why == "key " + waiting.kid +
                   " is waiting already, and signs from "
                   "2026-03-02T10:00:00.000Z on. Try: after that"
    );
    advance(lead);
    BOOST_TEST(wait_for(jobs::import_signing_key(host, pem)).made);
}

BOOST_AUTO_TEST_CASE(the_list_tells_the_state_and_the_times_of_every_key)
{
    auto const first = published().front();
    auto const next = rotate();
    auto const states = [&] {
        std::string text;
        for (auto const& key : jobs::list_keys(host).signing_keys)
            text += std::string{rules::name_of(key.state)} + " ";
        return text;
    };
    BOOST_TEST(states() == "next active ");
    auto const list = jobs::list_keys(host);
    BOOST_TEST(list.signing_keys[0].kid == next.kid);
    BOOST_TEST((list.signing_keys[0].made == start_time));
    BOOST_TEST((list.signing_keys[0].signs_from == start_time + lead));
    BOOST_TEST(!list.signing_keys[0].verifies_until);
    BOOST_TEST(list.signing_keys[1].kid == first);
    BOOST_TEST((list.signing_keys[1].verifies_until == start_time + lead + ttl));
    BOOST_TEST(list.master_key == app.keys.masters().id());
    BOOST_TEST(list.data_keys_under_old + list.server_keys_under_old == 0);
    advance(lead);
    BOOST_TEST(states() == "active retired ");
    advance(ttl);
    look();
    BOOST_TEST(states() == "active gone ");
}

BOOST_AUTO_TEST_SUITE_END()
