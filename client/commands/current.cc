#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/commands/revision_set.h"

namespace brant {
namespace {

class CurrentCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Switch("-v,--verbose", &verbose_, "Show the revisions in full");
    flags.Switch("--check-heads", &check_heads_,
                 "Fail, with exit code 5, unless every head is applied");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
    BRANT_ASSIGN_OR_RETURN(const v1::GetStatusResponse response,
                           agent->GetStatus(context.migrations()));
    const v1::Status& status = response.status();
    if (context.console().json()) {
      context.console().PrintJson(response);
    } else if (!status.current_revisions().empty()) {
      // Only what is printed needs the revisions themselves.
      BRANT_ASSIGN_OR_RETURN(const RevisionSet set, RevisionSet::LoadWith(context, status));
      context.console().Print(CurrentText(set.graph(), set.rows(), set.Options(verbose_)));
    }
    // Whatever is applied beyond them, as where the database is ahead.
    if (check_heads_ && status.pending_count() != 0) {
      return Error(v1::ERROR_REASON_CHECK_FAILED, "Database is not on all head revisions")
          .Hint("'brant status' shows where it is; 'brant upgrade heads' applies what is pending");
    }
    return kExitDone;
  }

 private:
  bool verbose_ = false;
  bool check_heads_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeCurrentCommand() { return std::make_unique<CurrentCommand>(); }

}  // namespace brant
