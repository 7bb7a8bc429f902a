#ifndef BRANT_CLIENT_SCHEMA_SHELL_COMMAND_H_
#define BRANT_CLIENT_SCHEMA_SHELL_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"

namespace brant {

// Runs a command by the shell and gives its standard output; its errors go where
// this program's go. Error: SYSTEM_ERROR if it can't be started or fails.
absl::StatusOr<std::string> RunShellCommand(const std::string& command);

}  // namespace brant

#endif  // BRANT_CLIENT_SCHEMA_SHELL_COMMAND_H_
