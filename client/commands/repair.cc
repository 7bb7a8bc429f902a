#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/commands/run_execution.h"

namespace brant {
namespace {

class RepairCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Arguments("REVISION", &revisions_, false,
                    "With --accept-edited: whose files (default: all that were edited); else the "
                    "revision whose statement is in doubt");
    flags.Switch("--accept-edited", &accept_edited_,
                 "Store the files as they are now as what was applied");
    flags.Switch("--took-effect", &took_effect_,
                 "The statement in doubt took effect: the next run goes on after it");
    flags.Switch("--no-effect", &no_effect_,
                 "The statement in doubt took no effect: the next run executes it again");
    run_.Declare(flags);
    flags.Examples(
        "  brant repair --accept-edited          every edited file is right as it is\n"
        "  brant repair 4f1c2a9be3d7 --no-effect");
  }

  absl::StatusOr<int> Run(Context& context) override {
    if (accept_edited_ + took_effect_ + no_effect_ != 1) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST,
                   "repair takes exactly one of --accept-edited, --took-effect and --no-effect")
          .Hint("'brant status' shows what there is to repair");
    }
    v1::RepairRequest request;
    if (accept_edited_) {
      request.mutable_accept_edited_files()->mutable_revisions()->Assign(revisions_.begin(),
                                                                         revisions_.end());
    } else {
      if (revisions_.size() != 1) {
        return Error(v1::ERROR_REASON_INVALID_REQUEST,
                     "--took-effect and --no-effect are said of exactly one revision")
            .Hint("'brant status' names the one whose statement is in doubt");
      }
      request.mutable_settle_statement()->set_revision(revisions_[0]);
      request.mutable_settle_statement()->set_took_effect(took_effect_);
    }
    BRANT_RETURN_IF_ERROR(run_.Apply(request));
    return ExecuteRun(context, std::move(request), run_.timeout());
  }

 private:
  std::vector<std::string> revisions_;
  bool accept_edited_ = false;
  bool took_effect_ = false;
  bool no_effect_ = false;
  RunFlags run_;
};

}  // namespace

std::unique_ptr<Command> MakeRepairCommand() { return std::make_unique<RepairCommand>(); }

}  // namespace brant
