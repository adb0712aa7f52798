// Every command; each is defined in the file of its name.
#pragma once

#include "server/cli/command.hpp"

namespace cli {

extern Command const serve_command;
extern Command const init_command;
extern Command const demo_command;
extern Command const doctor_command;
extern Command const developers_command;
extern Command const keys_command;
extern Command const audit_command;
extern Command const explain_command;
extern Command const tail_command;
extern Command const backup_command;
extern Command const restore_command;
extern Command const recover_command;
extern Command const migrate_command;
extern Command const config_command;
extern Command const health_command;
extern Command const man_command;
extern Command const version_command;

} // namespace cli
