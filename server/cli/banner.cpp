#include "server/cli/banner.hpp"

#include <unistd.h>

#include <fstream>
#include <ostream>

namespace cli {

namespace {

long resident_megabytes()
{
    // proc(5): size and resident, in pages.
    std::ifstream file{"/proc/self/statm"};
    long size = 0;
    long resident = 0;
    file >> size >> resident;
    return resident * ::sysconf(_SC_PAGESIZE) / (1024 * 1024);
}

void print_key(std::ostream& out, std::string_view label, std::string const& key)
{
    out << "  " << label
        << (key.empty() ? "shown when it was made; delete the data directory to start over" : key)
        << "\n";
}

} // namespace

void print_banner(
    std::ostream& out, server::App const& app, server::Seeds const& seeds,
    std::chrono::steady_clock::time_point started
)
{
    auto const took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - started
    );
    auto const& base = app.config.public_base_url;
    out << "grantexd " << GRANTEXD_VERSION << "  ready in " << took.count() << " ms  database "
        << app.directory.database().string() << (app.directory.is_new() ? " (new)" : "")
        << "  memory " << resident_megabytes() << " MB\n"
        << "  API          " << base << "/v1\n"
        << "  Docs         " << base << "/docs\n"
        << "  Public keys  " << base << "/.well-known/jwks.json\n";
    if (!app.config.dev) {
        out.flush();
        return;
    }
    print_key(out, "Live key     ", seeds.live_key);
    print_key(out, "Sandbox key  ", seeds.sandbox_key);
    auto const key = seeds.sandbox_key.empty() ? std::string{"$SANDBOX_KEY"} : seeds.sandbox_key;
    out << "Try:  curl -H 'Authorization: Bearer " << key
        << "' -H 'Content-Type: application/json' \\\n"
        << "           -d '{\"name\":\"Trip Planner\",\"scopes\":[\"calendar:read\"]}' " << base
        << "/v1/agents\n"
        << "Or:   grantexd demo    an agent asks, you allow it in the browser, and it is revoked\n";
    out.flush();
}

} // namespace cli
