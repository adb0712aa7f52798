#include "server/cli/lock_database.hpp"

namespace cli {

server::DataDirectory lock_database(server::Config const& config)
{
    if (!std::filesystem::exists(config.data_dir / "grantexd.db"))
        throw server::ConfigError(
            "there is no database in " + config.data_dir.string() + ". Try: --data-dir DIRECTORY"
        );
    return server::DataDirectory{config.data_dir};
}

} // namespace cli
