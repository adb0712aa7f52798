// What any service does with a grant token: verifies it from the published keys alone, without
// asking the server. Written from RFC 7515, 7517 and 7518 on OpenSSL, as a service would have it.
#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

struct OfflineVerdict
{
    std::optional<boost::json::object> claims; // when the token is good
    std::string fault{};                       // else why it is not, as half a sentence
};

// `jwks` is the document of /.well-known/jwks.json. Judges form, algorithm, key, signature and
// expiry; issuer and audience are for the service to compare with what it expects.
OfflineVerdict verify_offline(
    std::string_view token, boost::json::object const& jwks,
    std::chrono::system_clock::time_point now
);

} // namespace cli
