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

std::string first_id(std::string_view prefix, Timestamp time)
{
    Ulid first{};
    auto milliseconds = time.time_since_epoch().count();
    for (std::size_t i = 6; i-- > 0; milliseconds >>= 8)
        first[i] = static_cast<unsigned char>(milliseconds & 0xFF);
    return std::string{prefix} + "_" + ulid_text(first);
}

std::string last_id_at(std::string_view prefix, Timestamp time)
{
    return std::string{prefix} + "_" + ulid_text(last_ulid(time));
}

} // namespace crypto
