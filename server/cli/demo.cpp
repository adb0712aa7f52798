#include "server/cli/command.hpp"
namespace cli { int demo(Arguments const&) { return exit_failed; } }
