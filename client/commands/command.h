// One command of the command line.

#ifndef BRANT_CLIENT_COMMANDS_COMMAND_H_
#define BRANT_CLIENT_COMMANDS_COMMAND_H_

#include <memory>

#include "absl/status/statusor.h"
#include "client/context.h"
#include "client/exit_code.h"
#include "client/flags.h"

namespace brant {

class Command {
 public:
  virtual ~Command() = default;

  // What the command takes; called once, before Run.
  virtual void Declare(Flags& flags) = 0;
  // Gives the exit code; an error is printed, and its reason decides.
  virtual absl::StatusOr<int> Run(Context& context) = 0;
};

std::unique_ptr<Command> MakeBranchesCommand();
std::unique_ptr<Command> MakeCancelCommand();
std::unique_ptr<Command> MakeCheckCommand();
std::unique_ptr<Command> MakeVerifyCommand();
std::unique_ptr<Command> MakeCurrentCommand();
std::unique_ptr<Command> MakeDiffCommand();
std::unique_ptr<Command> MakeDowngradeCommand();
std::unique_ptr<Command> MakeEditCommand();
std::unique_ptr<Command> MakeHeadsCommand();
std::unique_ptr<Command> MakeHistoryCommand();
std::unique_ptr<Command> MakeInitCommand();
std::unique_ptr<Command> MakeInspectCommand();
std::unique_ptr<Command> MakeLintCommand();
std::unique_ptr<Command> MakeMergeCommand();
std::unique_ptr<Command> MakePlanCommand();
std::unique_ptr<Command> MakeRepairCommand();
std::unique_ptr<Command> MakeRevisionCommand();
std::unique_ptr<Command> MakeRunsCommand();
std::unique_ptr<Command> MakeShowCommand();
std::unique_ptr<Command> MakeStampCommand();
std::unique_ptr<Command> MakeStatusCommand();
std::unique_ptr<Command> MakeUpgradeCommand();
std::unique_ptr<Command> MakeVersionCommand();
std::unique_ptr<Command> MakeWaitCommand();
std::unique_ptr<Command> MakeWatchCommand();

}  // namespace brant

#endif  // BRANT_CLIENT_COMMANDS_COMMAND_H_
