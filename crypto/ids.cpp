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

std::optional<Timestamp> id_time(std::string_view id)
{
    auto const underscore = id.rfind('_');
    if (underscore == std::string_view::npos)
        return {};
    return ulid_time(id.substr(underscore + 1));
}

std::string last_id_at(std::string_view prefix, Timestamp time)
{
    return std::string{prefix} + "_" + ulid_text(last_ulid(time));
}

} // namespace crypto
