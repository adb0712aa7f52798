#include "server/api/codes.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "crypto/ulid.hpp"

namespace api {

namespace {

constexpr std::size_t time_characters = 10;
constexpr std::size_t code_characters = time_characters + 43;

} // namespace

std::string make_code(storage::Timestamp now)
{
    auto const time = crypto::ulid_text(crypto::last_ulid(now)).substr(0, time_characters);
    return time + crypto::random_token();
}

// Codes of earlier versions, which a database may hold, were the random part alone, and were found
// by the hash alone.
std::string code_hash(std::string_view code)
{
    auto const time = code.size() == code_characters ? code.substr(0, time_characters) : "";
    return std::string{time} + crypto::hex(crypto::sha256(code));
}

} // namespace api
