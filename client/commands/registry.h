#ifndef BRANT_CLIENT_COMMANDS_REGISTRY_H_
#define BRANT_CLIENT_COMMANDS_REGISTRY_H_

#include <memory>

#include "absl/types/span.h"
#include "client/commands/command.h"

namespace brant {

struct CommandEntry {
  const char* name;
  // One line, for the list of commands.
  const char* summary;
  std::unique_ptr<Command> (*make)();
};

// Every command, in the order in which help lists them.
absl::Span<const CommandEntry> AllCommands();

}  // namespace brant

#endif  // BRANT_CLIENT_COMMANDS_REGISTRY_H_
