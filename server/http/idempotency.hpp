// Idempotency-Key: the first answer to a write, kept for a while and given again to the same
// request (core contract, "Idempotency"). The record is written in the transaction of the change.
#pragma once

#include "server/http/route.hpp"

#include <optional>

namespace http {

class Idempotency
{
public:
    // Whether the route's operation honours a key.
    static bool applies_to(Route const& route);

    // Nothing when the route or the request does not take part. Throws ApiError for a bad key. The
    // body has been parsed: it may hold the key.
    static std::optional<Idempotency> of(Route const& route, Request const& request);

    // The kept answer; nothing when there is none, when it has expired, or when it holds a token of
    // a grant that ended since. Throws ApiError when the key was used for another request.
    [[nodiscard]] std::optional<Outcome> find_answer(Request& request) const;

    // Keeps a 2xx outcome.
    void keep_answer(Request& request, Outcome const& outcome) const;

private:
    std::string owner_;        // the developer whose data key seals the answer
    std::string key_hash_;     // caller, method, path, key: keyed hash
    std::string request_hash_; // query and body
    std::chrono::seconds ttl_{};
};

} // namespace http
