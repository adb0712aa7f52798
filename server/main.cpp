// argv -> command -> exit code.
#include "server/cli/command.hpp"

#include <netdb.h>
#include <nss.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>

namespace {

// glibc loads name service modules at run time, and a static program that loads one the machine's
// nsswitch.conf names (resolve, myhostname, ...) can crash. These two are built in.
void use_builtin_name_services()
{
    __nss_configure_lookup("hosts", "files dns");
    for (auto const* const database :
         {"passwd", "group", "shadow", "services", "protocols", "networks", "ethers", "rpc"})
        __nss_configure_lookup(database, "files");
}

// Keys are in this memory: no core file may hold it, and no other process of the same user may
// trace this one or read its memory and environment.
void keep_memory_private()
{
    rlimit const no_core_file{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core_file);
    ::prctl(PR_SET_DUMPABLE, 0);
}

} // namespace

int main(int count, char** values)
{
    keep_memory_private();
    use_builtin_name_services();
    std::signal(SIGPIPE, SIG_IGN); // a closed connection is an error code, not the end
    std::signal(SIGXFSZ, SIG_IGN); // likewise a file that may not grow (RLIMIT_FSIZE)
    return cli::run({values + 1, values + count});
}
