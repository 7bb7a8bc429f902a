#include "absl/strings/match.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/commands/run_execution.h"

namespace brant {
namespace {

class DowngradeCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("TARGET", &target_, true,
                   "Where to go: base, -N, an id, a label…; with --sql FROM:TO");
    run_.DeclareScript(flags);
    run_.DeclareAllowEdited(flags);
    run_.Declare(flags);
    flags.Examples(
        "  brant downgrade -1           undo the last revision\n"
        "  brant downgrade base         undo everything\n"
        "  brant downgrade 4f1c:8a5d --sql --dialect mysql > downgrade.sql");
  }

  absl::StatusOr<int> Run(Context& context) override {
    const bool range = absl::StrContains(target_, ':');
    if (run_.sql()) {
      if (!range) {
        return Error(v1::ERROR_REASON_INVALID_REQUEST, "downgrade with --sql requires FROM:TO")
            .Hint("without a database, nothing says where it begins");
      }
      v1::PlanRequest request;
      request.set_kind(v1::RUN_KIND_DOWNGRADE);
      request.add_targets(target_);
      return run_.PrintScript(context, std::move(request));
    }
    if (range) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST, "a range is only allowed with --sql")
          .Hint("name the target alone: the database says where it begins");
    }
    v1::DowngradeRequest request;
    request.set_target(target_);
    BRANT_RETURN_IF_ERROR(run_.Apply(request));
    return ExecuteRun(context, std::move(request), run_.timeout());
  }

 private:
  std::string target_;
  RunFlags run_;
};

}  // namespace

std::unique_ptr<Command> MakeDowngradeCommand() { return std::make_unique<DowngradeCommand>(); }

}  // namespace brant
