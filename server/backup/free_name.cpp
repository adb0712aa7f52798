#include "server/backup/free_name.hpp"

#include "storage/durable_file.hpp"

namespace backup {

std::filesystem::path free_name(std::filesystem::path const& database, char const* suffix)
{
    auto const name = storage::with_suffix(database, suffix);
    if (!std::filesystem::exists(name))
        return name;
    for (int number = 2;; ++number) {
        auto const next = storage::with_suffix(name, ("." + std::to_string(number)).c_str());
        if (!std::filesystem::exists(next))
            return next;
    }
}

} // namespace backup
