#include "crypto/ids.hpp"

#include "crypto/ulid.hpp"

namespace crypto {

std::string Ids::next(std::string_view prefix, Timestamp now)
{
    last_ = next_ulid(last_, now);
    std::string id;
    id.reserve(prefix.size() + 27);
    id += prefix;
    id += '_';
    id += ulid_text(last_);
    return id;
}

} // namespace crypto
